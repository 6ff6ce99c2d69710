/** The fal emulator as the exam's upstream: one account, time that we move, and its published keys. */
import { createFal, type FalEmulator, isDrop } from '@sluice/emulators';
import type { OutboundAnswer, OutboundRequest } from '../../../effects/outbound/outbound.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = 1_790_000_000_000;
export const apiKey = 'fal-key-id-0123456789:fal-secret-abcdef';
export const adminKey = 'fal-admin-id-0123456789:fal-secret-ghijkl';

const lostAnswers = [
  { about: 'accepted, then cut', accepted: true },
  { about: 'cut before it arrived', accepted: false },
  { about: 'accepted, then 504', accepted: true },
  { about: '503 without effect', accepted: false },
  { about: 'accepted, then a web page', accepted: true },
  { about: 'accepted, then an empty 200', accepted: true },
  { about: 'accepted, then half an answer', accepted: true },
  { about: 'too many requests', accepted: false },
] as const;

type LostAnswer = (typeof lostAnswers)[number]['about'];

const half = '{"status":"IN_QUEUE","request_id":"5b8e1f02-2c3a';
const page = '<!doctype html><title>Bad gateway</title>';

const faultOf: Readonly<Record<LostAnswer, (faults: FalEmulator['faults']) => void>> = {
  'accepted, then cut': (faults) => faults.next('create', { do: 'drop', accept: true }),
  'cut before it arrived': (faults) => faults.next('create', { do: 'drop' }),
  'accepted, then 504': (faults) =>
    faults.next('create', { do: 'refuse', status: 504, body: { detail: 'Gateway timeout' }, accept: true }),
  '503 without effect': (faults) =>
    faults.next('create', { do: 'refuse', status: 503, body: { detail: 'Unavailable' } }),
  'accepted, then a web page': (faults) => faults.next('create', answerOf(502, page)),
  'accepted, then an empty 200': (faults) => faults.next('create', answerOf(200, '')),
  'accepted, then half an answer': (faults) => faults.next('create', answerOf(200, half)),
  'too many requests': (faults) =>
    faults.next('create', { do: 'refuse', status: 429, body: { detail: 'Too many requests' } }),
};

function answerOf(status: number, body: string) {
  return { do: 'answer', status, contentType: 'application/json', body, accept: true } as const;
}

export function emulatedWith(paths: Readonly<Record<string, PathContext>>): Emulated {
  return { lostAnswers, open: (name) => openStage(paths[name]).stage };
}

export function openStage(base: PathContext | undefined): { stage: Stage; emulator: FalEmulator } {
  if (!base) throw new Error('no such path');
  let nowMs = startMs;
  const emulator = createFal({
    clock: { now: () => nowMs },
    random: countingRandom(),
    accounts: [{ name: 'exam', apiKeys: [apiKey], adminKeys: [adminKey] }],
    publicUrl: 'https://v3b.fal.media',
    queueUrl: 'https://queue.fal.run',
    still: true,
  });
  const answers: { operation: string; status: number; body: string }[] = [];
  const stage: Stage = {
    path: () => ({ ...base, nowMs }),
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    outbound: {
      async request(request): Promise<OutboundAnswer> {
        const reply = await emulator.handle({
          method: request.method,
          url: request.url,
          headers: request.headers,
          body: typeof request.body === 'string' ? new TextEncoder().encode(request.body) : new Uint8Array(),
        });
        if (isDrop(reply)) return { kind: 'lost', reason: 'reset', detail: 'cut by the emulator' };
        const { status, headers, body } = reply;
        answers.push({ operation: operationOf(request), status, body: new TextDecoder().decode(body) });
        return { kind: 'answered', status, headers, body, finalUrl: request.url };
      },
    },
    order: orderOf(),
    loseNext: (about) => {
      const known = lostAnswers.find((one) => one.about === about);
      if (!known) throw new Error(`no such fault: ${about}`);
      faultOf[known.about](emulator.faults);
    },
    accepts: () => emulator.accepts.map(({ id }) => ({ correlationId: null, upstreamId: id })),
    answers: () => answers,
  };
  return { stage, emulator };
}

function operationOf({ method, url }: Pick<OutboundRequest, 'method' | 'url'>): string {
  if (method === 'POST') return 'submit';
  const { pathname } = new URL(url);
  const free = pathname.startsWith('/v1/account') || pathname.includes('/00000000-0000-');
  return free ? 'balance' : 'observe';
}

/** Numbers that are the same in every run. */
function countingRandom() {
  let state = 1;
  const fraction = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return {
    fraction,
    bytes: (length: number) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)),
  };
}
