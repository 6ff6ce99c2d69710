/** The emulated Replicate as the exam's upstream: one account, time that we move. */
import { createReplicate } from '@sluice/emulators';
import { countingRandom, stageOf } from '../../conformance/staging.ts';
import type { Emulated, Stage } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { orderOf } from './orders.ts';

export const startMs = Date.parse('2026-09-21T14:13:20.000Z');
export const apiToken = 'r8_emulated0123456789abcdefghijklmnopqrs';
export const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const lostAnswers = [
  { about: 'created, then cut', accepted: true },
  { about: 'cut before it arrived', accepted: false },
  { about: 'created, then 500', accepted: true },
  { about: '502 without effect', accepted: false },
  { about: 'created, then a web page', accepted: true },
  { about: 'created, then an empty 201', accepted: true },
  { about: 'created, then half an answer', accepted: true },
  { about: 'throttled', accepted: false },
] as const;

export function emulatedOn(path: PathContext): Emulated {
  return { lostAnswers, open: () => openStage(path) };
}

export function openStage(path: PathContext, showsWebhook = true): Stage {
  const clock = { nowMs: startMs };
  const emulator = createReplicate({
    clock: { now: () => clock.nowMs },
    random: countingRandom(),
    accounts: [{ tokens: [apiToken], webhookSecret }],
    publicUrl: 'https://replicate.delivery',
    apiUrl: 'https://api.replicate.com/v1',
    showsWebhook,
    still: true,
  });
  const { faults } = emulator;
  const error = { detail: 'Internal server error' };
  const answerOf = (status: number, contentType: string, body: string) =>
    ({ do: 'answer', status, contentType, body, accept: true }) as const;
  const faultOf: Readonly<Record<(typeof lostAnswers)[number]['about'], () => void>> = {
    'created, then cut': () => faults.next('create', { do: 'drop', accept: true }),
    'cut before it arrived': () => faults.next('create', { do: 'drop' }),
    'created, then 500': () =>
      faults.next('create', { do: 'refuse', status: 500, body: error, accept: true }),
    '502 without effect': () => faults.next('create', { do: 'refuse', status: 502, body: error }),
    'created, then a web page': () => faults.next('create', answerOf(200, 'text/html', '<html>busy</html>')),
    'created, then an empty 201': () => faults.next('create', answerOf(201, 'application/json', '')),
    'created, then half an answer': () =>
      faults.next('create', answerOf(201, 'application/json', '{"id":"gm3qorzdh')),
    throttled: () => {
      const body = { detail: 'Request was throttled. Your rate limit resets in ~1s.' };
      faults.next('create', { do: 'refuse', status: 429, body });
    },
  };
  return stageOf({
    path,
    order: orderOf(),
    clock,
    handle: (request) => emulator.handle(request),
    accepts: () =>
      emulator.accepts.map(({ id, callbackUrl }) => ({
        correlationId: new URL(callbackUrl ?? 'x:').searchParams.get('attempt'),
        upstreamId: id,
      })),
    lose: (about) => {
      const known = lostAnswers.find((one) => one.about === about);
      if (!known) throw new Error(`no such fault: ${about}`);
      faultOf[known.about]();
    },
    operationOf: (method, pathname) => {
      if (method === 'POST') return pathname.endsWith('/cancel') ? 'cancel' : 'submit';
      if (pathname.endsWith('/account')) return 'balance';
      return pathname.endsWith('/predictions') ? 'find' : 'observe';
    },
  });
}
