/**
 * The first picture of a clip as a JPEG, made in a thread of its own. The thread is started by the first clip,
 * does one after the other, and goes when there has been nothing to do for a while.
 */
import { Worker } from 'node:worker_threads';
import { EncodedPacketSink, type InputVideoTrack } from 'mediabunny';
import { openClip } from './container.ts';
import type { ByteReader } from './media.ts';
import { type PosterDone, PosterDoneMessage, type PosterJob } from './poster-job.ts';

const MOST_SAMPLE_BYTES = 16 * 1_048_576;
/** Far above what the largest picture takes: beyond it the thread is stuck. */
const JOB_MS = 30_000;
const IDLE_MS = 60_000;

type Waiting = { resolve: (done: PosterDone) => void; reject: (error: Error) => void };

export function createPosterMaker() {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let idleTimer: NodeJS.Timeout | null = null;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(new URL('./poster-thread.mjs', import.meta.url), { execArgv: [] });
    started.on('message', (message: unknown) => {
      const done = PosterDoneMessage.parse(message);
      waiting.get(done.id)?.resolve(done);
    });
    started.on('error', (error) => giveUp(started, error));
    started.on('exit', () => giveUp(started, new Error('the poster thread ended')));
    // It must not keep the process alive.
    started.unref();
    return started;
  }

  function giveUp(which: Worker, error: Error): void {
    if (which !== worker) return;
    worker = null;
    for (const one of waiting.values()) one.reject(error);
    which.terminate().catch(() => undefined);
  }

  async function run(job: PosterJob): Promise<PosterDone> {
    if (idleTimer) clearTimeout(idleTimer);
    worker ??= start();
    const current = worker;
    // While somebody waits for a poster the process may not end, or the wait would never end either.
    current.ref();
    const timer = setTimeout(() => giveUp(current, new Error('a poster took too long')), JOB_MS);
    try {
      return await new Promise<PosterDone>((resolve, reject) => {
        waiting.set(job.id, { resolve, reject });
        current.postMessage(job);
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(job.id);
      if (waiting.size === 0) rest(current);
    }
  }

  function rest(current: Worker): void {
    current.unref();
    idleTimer = setTimeout(() => {
      if (worker === current) worker = null;
      current.terminate().catch(() => undefined);
    }, IDLE_MS);
    idleTimer.unref();
  }

  return async (reader: ByteReader, { maxWidth }: { maxWidth: number }): Promise<Uint8Array | null> => {
    const job = await openClip(reader, (_input, video) => readJob(video, maxWidth));
    if (job === null) return null;
    lastId += 1;
    const done = await run({ ...job, id: lastId });
    if (done.failure !== null) throw new Error(`poster: ${done.failure}`);
    return done.picture;
  };
}

/** Null for everything but H.264 stored with its configuration beside the pictures. */
async function readJob(video: InputVideoTrack, maxWidth: number): Promise<Omit<PosterJob, 'id'> | null> {
  if ((await video.getCodec()) !== 'avc') return null;
  const config = bytesOf((await video.getDecoderConfig())?.description);
  const packet = await new EncodedPacketSink(video).getFirstKeyPacket();
  if (config === null || packet === null || packet.byteLength > MOST_SAMPLE_BYTES) return null;
  return { config, sample: packet.data, maxWidth, rotation: await video.getRotation() };
}

function bytesOf(source: unknown): Uint8Array | null {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return null;
}
