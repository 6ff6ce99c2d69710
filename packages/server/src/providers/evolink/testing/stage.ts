/** The emulator as the exam's upstream: one account, time that we move, and no faith in repeated keys. */
import { isDrop } from '@sluice/emulators';
import { createEvolink, type EvolinkEmulator } from '@sluice/emulators/evolink/emulator.ts';
import { seededFractions } from '@sluice/emulators/media/scene.ts';
import type { OutboundAnswer } from '../../../effects/outbound/outbound.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = 1_790_000_000_000;
export const apiKey = 'sk-evo-0123456789abcdef';

type Faults = EvolinkEmulator['faults'];

const faultOf: Readonly<Record<string, { accepted: boolean; set: (faults: Faults) => void }>> = {
  'accepted, then cut': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'drop', accept: true }),
  },
  'cut before it arrived': { accepted: false, set: (faults) => faults.next('create', { do: 'drop' }) },
  'accepted, then 500': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'refuse', code: 'service_error', accept: true }),
  },
  '503 without effect': {
    accepted: false,
    set: (faults) => faults.next('create', { do: 'refuse', code: 'service_unavailable' }),
  },
  'accepted, then an unknown paid outcome': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'refuse', code: 'paid_outcome_unknown', accept: true }),
  },
  'accepted, then a web page': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'html', accept: true }),
  },
  'accepted, then an empty 200': { accepted: true, set: (faults) => faults.next('create', answerOf('')) },
  'accepted, then half an answer': {
    accepted: true,
    set: (faults) => faults.next('create', answerOf('{"id":"task-unified-17')),
  },
  'no channel': {
    accepted: false,
    set: (faults) => faults.next('create', { do: 'refuse', code: 'no_available_channel' }),
  },
};

function answerOf(body: string) {
  return { do: 'answer', status: 200, contentType: 'application/json', body, accept: true } as const;
}

export function emulatedWith(path: PathContext): Emulated {
  const lostAnswers = Object.entries(faultOf).map(([about, { accepted }]) => ({ about, accepted }));
  return { lostAnswers, open: () => openStage(path) };
}

function openStage(base: PathContext): Stage {
  let nowMs = startMs;
  const fraction = seededFractions('exam');
  const emulator = createEvolink({
    clock: { now: () => nowMs },
    random: { fraction, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)) },
    accounts: [{ keys: [{ key: apiKey }], credits: '100000' }],
    publicUrl: 'https://media.evolink.example',
    // The guarantee must hold without it.
    idempotency: 'ignored',
    outputs: { still: true },
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
        const body =
          typeof request.body === 'string' ? new TextEncoder().encode(request.body) : new Uint8Array();
        const { method, url, headers } = request;
        const reply = await emulator.handle({ method, url, headers, body });
        if (isDrop(reply)) return { kind: 'lost', reason: 'reset', detail: 'cut by the emulator' };
        const text = new TextDecoder().decode(reply.body);
        answers.push({ operation: operationOf(method, url), status: reply.status, body: text });
        return {
          kind: 'answered',
          status: reply.status,
          headers: reply.headers,
          body: reply.body,
          finalUrl: url,
        };
      },
    },
    order: orderOf(),
    loseNext: (about) => faultOf[about]?.set(emulator.faults),
    accepts: () => emulator.accepts.map(({ id, key }) => ({ correlationId: key, upstreamId: id })),
    answers: () => answers,
  };
}

function operationOf(method: string, url: string): string {
  if (url.endsWith('/v1/videos/generations') && method === 'POST') return 'submit';
  return url.endsWith('/v1/credits') ? 'balance' : 'observe';
}
