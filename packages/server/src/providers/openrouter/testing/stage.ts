/** The emulated OpenRouter as the exam's upstream: one account, time that we move. */
import { createOpenRouter } from '@sluice/emulators';
import { countingRandom, stageOf } from '../../conformance/staging.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = Date.parse('2026-11-22T10:00:00.000Z');
export const apiKey = 'sk-or-v1-emulated0123456789abcdef';
export const managementKey = 'sk-or-v1-management0123456789abcd';

const lostAnswers = [
  { about: 'created, then cut', accepted: true },
  { about: 'cut before it arrived', accepted: false },
  { about: 'created, then 500', accepted: true },
  { about: '502 without effect', accepted: false },
  { about: 'created, then an empty 202', accepted: true },
  { about: 'created, then half an answer', accepted: true },
] as const;

export function emulatedOn(path: PathContext): Emulated {
  return { lostAnswers, open: () => openStage(path) };
}

function openStage(path: PathContext): Stage {
  const clock = { nowMs: startMs };
  const emulator = createOpenRouter({
    clock: { now: () => clock.nowMs },
    random: countingRandom(),
    accounts: [{ keys: [apiKey], managementKeys: [managementKey] }],
    publicUrl: 'https://storage.openrouter.example',
    apiUrl: 'https://openrouter.ai/api/v1',
    still: true,
  });
  const { faults } = emulator;
  const body = { error: { code: 500, message: 'Internal Server Error' } };
  const cutShort = (text: string) =>
    ({ do: 'answer', status: 202, contentType: 'application/json', body: text, accept: true }) as const;
  const faultOf: Readonly<Record<(typeof lostAnswers)[number]['about'], () => void>> = {
    'created, then cut': () => faults.next('create', { do: 'drop', accept: true }),
    'cut before it arrived': () => faults.next('create', { do: 'drop' }),
    'created, then 500': () => faults.next('create', { do: 'refuse', status: 500, body, accept: true }),
    '502 without effect': () => faults.next('create', { do: 'refuse', status: 502, body }),
    'created, then an empty 202': () => faults.next('create', cutShort('')),
    'created, then half an answer': () => faults.next('create', cutShort('{"id":"job-ab')),
  };
  return stageOf({
    path,
    order: orderOf(),
    clock,
    handle: (request) => emulator.handle(request),
    accepts: () => emulator.accepts.map(({ id }) => ({ correlationId: null, upstreamId: id })),
    lose: (about) => {
      const known = lostAnswers.find((one) => one.about === about);
      if (!known) throw new Error(`no such fault: ${about}`);
      faultOf[known.about]();
    },
    operationOf: (method, pathname) => {
      if (method === 'POST') return 'submit';
      return /\/(?:credits|key)$/.test(pathname) ? 'balance' : 'observe';
    },
  });
}
