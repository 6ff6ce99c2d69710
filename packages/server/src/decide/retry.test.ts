import { expect, test } from 'vitest';
import type { RefusalClass, SubmitOutcome } from '../providers/contract.ts';
import { RETRY_AFTER_CAP_MS } from './health.ts';
import { submitVerdict } from './retry.ts';

const NOW = 1_000_000;
const refused = (name: RefusalClass, retryAfterMs: number | null = null): SubmitOutcome => ({
  kind: 'refused',
  class: name,
  code: '1303',
  message: 'says the vendor',
  retryAfterMs,
});

/** Each class of refusal, whether anything may exist upstream, and what becomes of the task. */
const verdicts: Record<RefusalClass, object> = {
  bad_input: { kind: 'end', code: 'input_rejected', message: 'says the vendor', upstreamCode: '1303' },
  moderation: { kind: 'end', code: 'moderated', message: 'says the vendor', upstreamCode: '1303' },
  duplicate_key: { kind: 'unknown', askAtMs: NOW },
  no_slot: { kind: 'requeue', notBeforeMs: NOW + 1_500, noSlot: true, health: null },
  throttled: { kind: 'requeue', notBeforeMs: NOW, noSlot: false, health: { health: 'throttled' } },
  wallet: { kind: 'requeue', notBeforeMs: NOW, noSlot: false, health: { health: 'wallet_empty' } },
  credentials: { kind: 'requeue', notBeforeMs: NOW, health: { health: 'credentials_refused' } },
  forbidden: { kind: 'requeue', notBeforeMs: NOW, health: { health: 'credentials_refused' } },
  no_model: { kind: 'requeue', notBeforeMs: NOW, health: { health: 'model_refused' } },
  unavailable: { kind: 'requeue', notBeforeMs: NOW, health: { health: 'unavailable' } },
};
test.each(Object.entries(verdicts))('refused as %s', (name, expected) => {
  expect(submitVerdict(refused(name as RefusalClass), NOW, 0.5)).toMatchObject(expected);
});

test('accepted', () => {
  const outcome: SubmitOutcome = { kind: 'accepted', upstreamId: 'up', handle: { id: 'up' }, cost: null };
  expect(submitVerdict(outcome, NOW, 0)).toEqual({ kind: 'accepted' });
});

test('a lost answer is looked up, never sent again on hope', () => {
  const verdict = submitVerdict({ kind: 'unknown', reason: 'reset' }, NOW, 0);
  expect(verdict).toEqual({ kind: 'unknown', askAtMs: NOW + 2_000, reason: 'reset' });
});

test('what never left goes back to the queue and rests the path', () => {
  expect(submitVerdict({ kind: 'not_sent', reason: 'connect refused' }, NOW, 0)).toEqual({
    kind: 'requeue',
    notBeforeMs: NOW,
    reason: 'connect refused',
    noSlot: false,
    health: { health: 'unavailable', retryAfterMs: null, detail: 'connect refused' },
  });
});

test.each([
  [null, 0, 1_000],
  [null, 0.999, 1_999],
  [10_000, 0, 10_000],
  [10_000, 0.5, 15_000],
  [86_400_000, 0, RETRY_AFTER_CAP_MS],
])('without a free slot, asked to wait %s: spread by %s, waits %s ms', (retryAfterMs, fraction, waitMs) => {
  expect(submitVerdict(refused('no_slot', retryAfterMs), NOW, fraction)).toMatchObject({
    notBeforeMs: NOW + waitMs,
  });
});

test('the pause that an upstream asks for is handed to its health', () => {
  expect(submitVerdict(refused('throttled', 7_000), NOW, 0)).toMatchObject({
    health: { retryAfterMs: 7_000 },
  });
});

test('a refusal without words is told by its code', () => {
  const outcome: SubmitOutcome = {
    kind: 'refused',
    class: 'moderation',
    code: '1301',
    message: '',
    retryAfterMs: null,
  };
  expect(submitVerdict(outcome, NOW, 0)).toMatchObject({ message: '1301' });
});
