/** The four paid jobs of the demo, one for each kind of order, and how one is carried through. */
import { basename } from 'node:path';
import { sampleImage, sampleVideo } from '@sluice/emulators';
import type { CreateGeneration, Sluice, Task } from '@sluice/sdk';
import { saveClips } from '../order/save-clip.ts';
import type { LiveTable } from './live-table.ts';

export type Job = {
  title: string;
  fileName: string;
  /** Uploads what it needs, then says what to order. */
  prepare(sluice: Sluice): Promise<CreateGeneration>;
};

/** One plain order, the same for each path that is named. */
export const PLAIN_ORDER = {
  model: 'kling-3.0',
  prompt: 'A fox crosses a snowy field at dawn, slow dolly in',
  duration: 5,
  quality: '720p',
  aspect_ratio: '16:9',
} as const;

export const JOBS: Job[] = [
  {
    title: 'kling-3.0, text to video',
    fileName: 'kling-3.0-text.mp4',
    prepare: async () => PLAIN_ORDER,
  },
  {
    title: 'kling-o3, image to video',
    fileName: 'kling-o3-image.mp4',
    prepare: async (sluice) => ({
      model: 'kling-o3',
      prompt: 'The picture comes alive, a light wind',
      image_start: await uploadImage(sluice, 'first frame'),
      duration: 5,
      quality: '720p',
    }),
  },
  {
    title: 'kling-o1, references to video',
    fileName: 'kling-o1-reference.mp4',
    prepare: async (sluice) => ({
      model: 'kling-o1',
      prompt: 'The object of @image_1 turns on a table',
      image_urls: [await uploadImage(sluice, 'reference')],
      duration: 5,
      aspect_ratio: '1:1',
    }),
  },
  {
    title: 'kling-motion-control',
    fileName: 'kling-motion-control.mp4',
    prepare: async (sluice) => ({
      model: 'kling-motion-control',
      prompt: 'The figure follows the motion',
      image_urls: [await uploadImage(sluice, 'figure')],
      video_urls: [await uploadVideo(sluice)],
      model_params: { character_orientation: 'image' },
      quality: '720p',
    }),
  },
];

export function jobOn(path: string): Job {
  return { title: path, fileName: `${path}.mp4`, prepare: async () => ({ ...PLAIN_ORDER, path }) };
}

export type JobResult = { title: string; task: Task; savedAs: string | null };

export type JobRun = { sluice: Sluice; live: LiveTable; outputDir: string; signal: AbortSignal };

export async function runJob(
  job: Job,
  at: number,
  { sluice, live, outputDir, signal }: JobRun,
): Promise<JobResult> {
  const order = await job.prepare(sluice);
  const task = await sluice.tasks.createAndWait(order, {
    signal,
    onProgress: (now) => live.update(at, { task: now }),
  });
  if (task.status !== 'completed') return { title: job.title, task, savedAs: null };
  const [clip] = await saveClips(sluice, task, { cwd: outputDir, output: job.fileName, signal });
  const savedAs = clip ? basename(clip.path) : null;
  live.update(at, { task, savedAs });
  return { title: job.title, task, savedAs };
}

async function uploadImage(sluice: Sluice, seed: string): Promise<string> {
  const { bytes, contentType } = sampleImage({ seed });
  return (await sluice.files.upload(bytes, { contentType })).reference;
}

async function uploadVideo(sluice: Sluice): Promise<string> {
  const { bytes, contentType } = sampleVideo();
  return (await sluice.files.upload(bytes, { contentType })).reference;
}
