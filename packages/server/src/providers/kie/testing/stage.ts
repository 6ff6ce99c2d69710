/** The emulator as the exam's upstream: one account, time that we move. */
import { isDrop } from '@sluice/emulators';
import { createKie, type KieEmulator, type KieSettings } from '@sluice/emulators/kie/emulator.ts';
import { seededFractions } from '@sluice/emulators/media/scene.ts';
import type { OutboundAnswer } from '../../../effects/outbound/outbound.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = 1_790_000_000_000;
export const apiKey = 'kie-key-0123456789abcdef';
export const webhookKey = 'kie-webhook-key-0123456789';

type Faults = KieEmulator['faults'];

const faultOf: Readonly<Record<string, { accepted: boolean; set: (faults: Faults) => void }>> = {
  'accepted, then cut': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'drop', accept: true }),
  },
  'cut before it arrived': { accepted: false, set: (faults) => faults.next('create', { do: 'drop' }) },
  'accepted, then 500 in a 200': { accepted: true, set: refuse('500', true) },
  'accepted, then 408 in a 200': { accepted: true, set: refuse('408', true) },
  '501 in a 200 without effect': { accepted: false, set: refuse('501', false) },
  'accepted, then a web page': {
    accepted: true,
    set: (faults) => faults.next('create', { do: 'html', accept: true }),
  },
  'accepted, then an empty 200': { accepted: true, set: (faults) => faults.next('create', answerOf('')) },
  'accepted, then half an answer': {
    accepted: true,
    set: (faults) => faults.next('create', answerOf('{"code":200,"data":{"taskId":"28')),
  },
  maintenance: { accepted: false, set: refuse('455', false) },
};

function refuse(code: string, accept: boolean) {
  return (faults: Faults) => faults.next('create', { do: 'refuse', code, accept });
}

function answerOf(body: string) {
  return { do: 'answer', status: 200, contentType: 'application/json', body, accept: true } as const;
}

export type KieStage = Stage & { emulator: KieEmulator };

export function emulatedWith(path: PathContext): Emulated {
  const lostAnswers = Object.entries(faultOf).map(([about, { accepted }]) => ({ about, accepted }));
  return { lostAnswers, open: () => openStage(path) };
}

/** A fresh task is known at once, unless told otherwise. */
export function openStage(base: PathContext, settings: Partial<KieSettings> = {}): KieStage {
  let nowMs = startMs;
  const fraction = seededFractions('exam');
  const emulator = createKie({
    clock: { now: () => nowMs },
    random: { fraction, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)) },
    accounts: [{ keys: [apiKey], credits: 1_000_000, webhookKey }],
    publicUrl: 'https://media.kie.example',
    settings: { unknownMs: 0, ...settings },
    outputs: { still: true },
  });
  const answers: { operation: string; status: number; body: string }[] = [];
  return {
    emulator,
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
    accepts: () => emulator.accepts.map(({ id }) => ({ correlationId: null, upstreamId: id })),
    answers: () => answers,
  };
}

function operationOf(method: string, url: string): string {
  if (method === 'POST') return 'submit';
  return url.endsWith('/chat/credit') ? 'balance' : 'observe';
}
