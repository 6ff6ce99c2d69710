/** The Kling emulator as the exam's upstream: one account with both kinds of key, time that we move. */
import { createKling, isDrop, type KlingFaults } from '@sluice/emulators';
import type { OutboundAnswer, OutboundRequest } from '../../../effects/outbound/outbound.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = 1_790_000_000_000;
export const apiKey = 'api-key-kling-0123456789abcdef';
export const accessKey = 'AccessKey0123456789abcdef';
export const secretKey = 'SecretKey0123456789abcdef';

const lostAnswers = [
  { about: 'accepted, then cut', accepted: true },
  { about: 'cut before it arrived', accepted: false },
  { about: 'accepted, then 5000', accepted: true },
  { about: 'accepted, then 5002', accepted: true },
  { about: '5000 without effect', accepted: false },
  { about: 'maintenance', accepted: false },
  { about: 'accepted, then a web page', accepted: true },
  { about: 'accepted, then an empty 200', accepted: true },
  { about: 'accepted, then half an answer', accepted: true },
  { about: 'accepted, then 5000 in a 200', accepted: true },
  { about: 'no slot', accepted: false },
  { about: 'the first lookups fail', accepted: false },
  { about: 'accepted, and the first lookup misses it', accepted: true },
] as const;

type LostAnswer = (typeof lostAnswers)[number]['about'];

const half = '{"code":0,"message":"SUCCEED","data":{"id":"89360';

const faultOf: Readonly<Record<LostAnswer, (faults: KlingFaults) => void>> = {
  'accepted, then cut': (faults) => faults.next('create', { do: 'drop', accept: true }),
  'cut before it arrived': (faults) => faults.next('create', { do: 'drop' }),
  'accepted, then 5000': (faults) => faults.next('create', { do: 'refuse', code: 5000, accept: true }),
  'accepted, then 5002': (faults) => faults.next('create', { do: 'refuse', code: 5002, accept: true }),
  '5000 without effect': (faults) => faults.next('create', { do: 'refuse', code: 5000 }),
  maintenance: (faults) => faults.next('create', { do: 'refuse', code: 5001 }),
  'accepted, then a web page': (faults) => faults.next('create', { do: 'html', accept: true }),
  'accepted, then an empty 200': (faults) => faults.next('create', answerOf('')),
  'accepted, then half an answer': (faults) => faults.next('create', answerOf(half)),
  'accepted, then 5000 in a 200': (faults) =>
    faults.next('create', { do: 'code-in-200', code: 5000, accept: true }),
  'no slot': (faults) => faults.next('create', { do: 'refuse', code: 1303 }),
  'the first lookups fail': (faults) => {
    faults.next('create', { do: 'drop' });
    faults.next('query', { do: 'refuse', code: 5000 });
    faults.next('query', { do: 'drop' });
  },
  'accepted, and the first lookup misses it': (faults) => {
    faults.next('create', { do: 'drop', accept: true });
    faults.next('query', { do: 'hide' });
  },
};

function answerOf(body: string) {
  return { do: 'answer', status: 200, contentType: 'application/json', body, accept: true } as const;
}

export function emulatedWith(paths: Readonly<Record<string, PathContext>>): Emulated {
  return { lostAnswers, open: (name) => openStage(paths[name]) };
}

function openStage(base: PathContext | undefined): Stage {
  if (!base) throw new Error('no such path');
  let nowMs = startMs;
  const emulator = createKling({
    clock: { now: () => nowMs },
    random: countingRandom(),
    accounts: [
      {
        apiKeys: [apiKey],
        accessKey,
        secretKey,
        packs: [{ name: 'Video-10000Units-50Con-3Months', type: 'video', units: '10000', concurrency: 50 }],
      },
    ],
    publicUrl: 'https://v15-kling.klingai.com',
  });
  const answers: { operation: string; status: number; body: string }[] = [];
  return {
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
    accepts: () =>
      emulator.accepts.map(({ externalId, id }) => ({ correlationId: externalId, upstreamId: id })),
    answers: () => answers,
  };
}

function operationOf({ method, url }: Pick<OutboundRequest, 'method' | 'url'>): string {
  const { pathname, searchParams } = new URL(url);
  if (method === 'POST') return 'submit';
  if (pathname.startsWith('/account/')) return 'balance';
  if (searchParams.has('external_task_ids')) return 'find';
  return pathname === '/tasks' || /\/\d+$/.test(pathname) ? 'observe' : 'find';
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
