/** The thread that makes posters: a large picture takes a second, which no request should wait for. */
import { parentPort } from 'node:worker_threads';
import { doPosterJob, PosterJobMessage } from './poster-job.ts';

parentPort?.on('message', (message: unknown) => {
  parentPort?.postMessage(doPosterJob(PosterJobMessage.parse(message)));
});
