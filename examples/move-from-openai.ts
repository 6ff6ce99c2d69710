/** A program that uses OpenAI's SDK for videos, moved by its base URL and its key. Reads SLUICE_URL and SLUICE_KEY. */
import { writeFile } from 'node:fs/promises';
import OpenAI from 'openai';

// Before: const client = new OpenAI();
const client = new OpenAI({
  baseURL: `${process.env.SLUICE_URL ?? 'http://127.0.0.1:8080'}/v1`,
  apiKey: process.env.SLUICE_KEY,
});

// Its types list the models that OpenAI had; here it is one of GET /v1/models.
const model = 'kling-3.0' as OpenAI.VideoModel;
let video = await client.videos.create({
  model,
  prompt: 'a fox in the snow',
  seconds: '4',
  size: '1280x720',
});
console.log(`${video.id} ${video.status}`);

while (video.status === 'queued' || video.status === 'in_progress') {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  video = await client.videos.retrieve(video.id);
}
if (video.status === 'failed') throw new Error(`${video.error?.code}: ${video.error?.message}`);

const content = await client.videos.downloadContent(video.id);
const bytes = new Uint8Array(await content.arrayBuffer());
await writeFile('fox.mp4', bytes);
console.log(`fox.mp4: ${bytes.length} bytes`);
