/** Orders one clip, follows it, saves it. Usage: SLUICE_URL=… SLUICE_KEY=… node --import tsx examples/generate.ts */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSluice } from '@sluice/sdk';

const sluice = createSluice({
  baseUrl: process.env.SLUICE_URL ?? 'http://127.0.0.1:8080',
  apiKey: process.env.SLUICE_KEY,
});

const task = await sluice.tasks.createAndWait(
  { model: 'kling-3.0', prompt: 'a fox in the snow', duration: 5, aspect_ratio: '16:9', quality: '720p' },
  { onProgress: ({ stage, progress }) => console.log(`${stage} ${progress} %`) },
);
if (task.status !== 'completed') throw new Error(`${task.error?.code}: ${task.error?.message}`);

const clip = task.assets.find((asset) => asset.kind === 'video');
if (!clip) throw new Error('a completed task has a clip');
const { stream } = await sluice.assets.download(clip.id);
await pipeline(Readable.fromWeb(stream), createWriteStream('fox.mp4'));
console.log(
  `fox.mp4: ${clip.width}×${clip.height}, ${clip.duration_seconds} s, charged ${task.charge?.amount} USD`,
);
