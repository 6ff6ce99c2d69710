/** Makes a clip with the Vercel AI SDK and saves it. Reads SLUICE_URL and SLUICE_KEY. */
import { writeFile } from 'node:fs/promises';
import { createSluice } from '@sluice/ai-sdk-provider';
import { experimental_generateVideo as generateVideo } from 'ai';

const sluice = createSluice({ baseURL: process.env.SLUICE_URL ?? 'http://127.0.0.1:8080' });

const { video, providerMetadata } = await generateVideo({
  model: sluice.video('kling-3.0'),
  prompt: 'a fox in the snow',
  resolution: '1280x720',
  duration: 5,
});
await writeFile('fox.mp4', video.uint8Array);
console.log(`fox.mp4: ${video.uint8Array.length} bytes, ${JSON.stringify(providerMetadata.sluice)}`);
