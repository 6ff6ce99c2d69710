/** A program that uses fal's client, moved by where it finds fal, and by its key. Reads SLUICE_URL and SLUICE_KEY. */
import { createFalClient } from '@fal-ai/client';

// Before: const fal = createFalClient({ credentials: process.env.FAL_KEY });
const fal = createFalClient({
  credentials: process.env.SLUICE_KEY ?? '',
  proxyUrl: { url: `${process.env.SLUICE_URL ?? 'http://127.0.0.1:8080'}/fal/proxy`, when: 'always' },
});

const { data, requestId } = await fal.subscribe('fal-ai/kling-video/v3/standard/text-to-video' as string, {
  input: { prompt: 'a fox in the snow', duration: '5' },
  logs: true,
  pollInterval: 1_000,
  onQueueUpdate: ({ status }) => console.log(status),
});
const { video } = data as { video: { url: string; content_type: string } };
console.log(`${requestId} ${video.content_type} ${video.url}`);
