/**
 * The smallest upstream that is still one: create a job, ask for it, fetch the file. It knows no key of the
 * client's, keeps no list, calls nobody back and never refuses for want of capacity (jobs wait in a line).
 *
 *   POST /jobs { prompt, seconds, shape } -> 201 { id, state }
 *   GET  /jobs/<id>                       -> 200 { id, state, file?, reason? }
 *   states: waiting -> working -> done | broken
 */
import {
  type Emulator,
  type EmulatorAnswer,
  type EmulatorClock,
  type EmulatorReply,
  type EmulatorRequest,
  textAnswer,
} from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { type ClipMaker, createClipMaker, picturesFor } from '../media/clip.ts';

export type ToyOptions = {
  clock: EmulatorClock;
  tokens: string[];
  /** Where file links point to, without a slash at the end. */
  publicUrl: string;
  /** How many jobs are worked on at a time. */
  hands?: number;
  workMs?: number;
  clips?: ClipMaker;
};

export type ToyJob = {
  id: string;
  prompt: string;
  seconds: number;
  shape: 'wide' | 'tall';
  takenAt: number;
  startsAt: number;
  endsAt: number;
};

export type ToyFault = 'drop' | 'take-then-drop' | 'error' | 'take-then-error';

export type ToyEmulator = Emulator & {
  jobs: readonly ToyJob[];
  /** What happens to the next creates, one each. */
  nextCreates: ToyFault[];
};

const shapes = { wide: { width: 1280, height: 720 }, tall: { width: 720, height: 1280 } };

export function createToy(options: ToyOptions): ToyEmulator {
  const { clock, tokens, publicUrl, hands = 2, workMs = 2_000 } = options;
  const clips = options.clips ?? createClipMaker();
  const jobs: ToyJob[] = [];
  const nextCreates: ToyFault[] = [];

  const take = (body: Json | undefined): EmulatorAnswer => {
    const wish = readWish(body);
    if (typeof wish === 'string') return answer(422, { error: wish });
    const now = clock.now();
    // A hand is free when the job that many places back in the line has ended.
    const ahead = jobs[jobs.length - hands];
    const startsAt = Math.max(now, ahead?.endsAt ?? 0);
    const id = `job-${jobs.length + 1}`;
    const job: ToyJob = { ...wish, id, takenAt: now, startsAt, endsAt: startsAt + workMs };
    jobs.push(job);
    return answer(201, { id, state: stateOf(job, now) });
  };

  const show = (id: string): EmulatorAnswer => {
    const job = jobs.find((known) => known.id === id);
    if (job === undefined) return answer(404, { error: 'no such job' });
    const state = stateOf(job, clock.now());
    return answer(200, {
      id,
      state,
      ...(state === 'done' ? { file: `${publicUrl}/files/${id}.mp4` } : {}),
      ...(state === 'broken' ? { reason: 'the picture did not come out' } : {}),
    });
  };

  const file = (id: string): EmulatorAnswer => {
    const job = jobs.find((known) => known.id === id);
    if (job === undefined || stateOf(job, clock.now()) !== 'done')
      return answer(404, { error: 'no such file' });
    const order = { ...shapes[job.shape], pictures: picturesFor(job.seconds), sound: false, seed: job.id };
    return textAnswer(200, 'video/mp4', clips.make(order));
  };

  return {
    jobs,
    nextCreates,
    async handle(request: EmulatorRequest): Promise<EmulatorReply> {
      const { pathname } = new URL(request.url, 'http://emulator.invalid');
      const fileName = /^\/files\/([^/]+)\.mp4$/.exec(pathname)?.[1];
      if (request.method === 'GET' && fileName !== undefined) return file(fileName);
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined || !tokens.includes(token)) return answer(401, { error: 'who are you?' });
      const id = /^\/jobs\/([^/]+)$/.exec(pathname)?.[1];
      if (request.method === 'GET' && id !== undefined) return show(id);
      if (request.method === 'POST' && pathname === '/jobs') {
        return spoil(nextCreates.shift(), () => take(readJson(new TextDecoder().decode(request.body))));
      }
      return answer(404, { error: 'nothing here' });
    },
  };
}

function spoil(fault: ToyFault | undefined, take: () => EmulatorAnswer): EmulatorReply {
  switch (fault) {
    case undefined:
      return take();
    case 'drop':
      return { drop: true };
    case 'take-then-drop':
      take();
      return { drop: true };
    case 'error':
      return answer(500, { error: 'internal' });
    case 'take-then-error':
      take();
      return answer(500, { error: 'internal' });
  }
}

function readWish(body: Json | undefined): Pick<ToyJob, 'prompt' | 'seconds' | 'shape'> | string {
  if (!isObject(body)) return 'the body must be an object';
  const { prompt, seconds, shape = 'wide' } = body;
  if (typeof prompt !== 'string' || prompt === '') return 'prompt: a text';
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1 || seconds > 10)
    return 'seconds: a whole number from 1 to 10';
  if (shape !== 'wide' && shape !== 'tall') return 'shape: wide or tall';
  return { prompt, seconds, shape };
}

/** A prompt with "[break]" ends badly. */
function stateOf(job: ToyJob, now: number): 'waiting' | 'working' | 'done' | 'broken' {
  if (now < job.startsAt) return 'waiting';
  if (now < job.endsAt) return 'working';
  return job.prompt.includes('[break]') ? 'broken' : 'done';
}

function answer(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}
