import { expect, test } from 'vitest';
import type { TimelineRows } from '../../store/reads.ts';
import { STARTS_AT_MS } from '../testing/rig.ts';
import { redactText } from './redact.ts';
import { toTimeline } from './timeline.ts';

const at = (seconds: number) => STARTS_AT_MS + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const idAt = (prefix: string, seconds: number) =>
  `${prefix}_${at(seconds).toString(16).padStart(12, '0')}${'7'.repeat(20)}`;

const attemptId = idAt('att', 2);

const rows: TimelineRows = {
  task: {
    id: 'task_1',
    account_id: 'acc_1',
    state: 'succeeded',
    currency: 'USD',
    created_at: at(0),
    started_at: at(2),
    finished_at: at(90),
    cancel_requested_at: at(3),
    error_code: null,
    error_message: null,
    route: { chosen: 'kling-main', reason: 'cheapest', alternatives: [] },
  },
  attempts: [
    {
      id: attemptId,
      number: 1,
      path_name: 'kling-main',
      state: 'succeeded',
      sends: 2,
      upstream_id: 'up_1',
      correlation_id: attemptId,
      sent_at: at(40),
      accepted_at: at(41),
      ended_at: at(80),
      reason: null,
      history: [
        { at: iso(4), kind: 'attempt.unknown', summary: 'lost at https://api.test/v1?token=t0p', data: {} },
        {
          at: iso(80),
          kind: 'observation.ended',
          summary: 'kling-main says succeed',
          data: { link: 'https://cdn.test/a.mp4?sign=t0p', deep: [{ auth: 'Bearer abcdefghijklmno' }] },
        },
      ],
    },
  ],
  callbacks: [
    {
      id: 'cb_1',
      path_name: 'kling-main',
      attempt_id: attemptId,
      verified: true,
      word: 'succeed',
      received_at: at(79),
    },
  ],
  // Newest first, as they are read.
  ledger: [
    booking(
      'settle',
      at(90),
      ['liabilities:customers:acc_1:held', 'income:video:m', 'x'],
      [500_000n, -375_000n, -125_000n],
    ),
    booking('hold', at(0), ['liabilities:customers:acc_1:available', 'held'], [500_000n, -500_000n]),
  ],
  assets: [
    {
      id: 'asset_1',
      kind: 'video',
      state: 'deleted',
      tries: 1,
      last_error: null,
      bytes: 1_000n,
      sha256: 'ab',
      content_type: 'video/mp4',
      width: 1280,
      height: 720,
      duration_seconds: 5,
      flags: [],
      source_expires_at: at(3600),
      created_at: at(80),
      stored_at: at(85),
      deleted_at: at(200),
    },
  ],
  deliveries: [
    {
      id: 'dlv_1',
      endpoint_id: 'ep_1',
      event_id: 'evt_2',
      event_type: 'task.completed',
      url: 'https://hooks.test/services/T0P/SECRET?key=t0p',
      state: 'delivered',
      attempts: [
        { at: iso(91), status: 500, outcome: 'again', duration_ms: 12, response: 'oops t0p' },
        { at: iso(96), status: 200, outcome: 'delivered', duration_ms: 9, response: 'ok' },
      ],
      created_at: at(90),
      ended_at: at(96),
    },
  ],
  events: [
    { id: 'evt_1', type: 'task.created', created_at: at(0) },
    { id: 'evt_2', type: 'task.completed', created_at: at(90) },
  ],
  actions: [
    {
      id: 'act_1',
      action: 'attempt.resolved',
      subject: attemptId,
      detail: { reason: 'seen in the console' },
      at: at(30),
    },
  ],
};

function booking(
  kind: 'hold' | 'settle',
  atMs: number,
  posting_accounts: string[],
  posting_micros: bigint[],
): TimelineRows['ledger'][number] {
  const owner = { account_id: 'acc_1', task_id: 'task_1', currency: 'USD', note: null, number: 1n };
  return {
    id: `ltx_${kind}`,
    kind,
    reference: `${kind}:task_1`,
    ...owner,
    posting_accounts,
    posting_micros,
    at: atMs,
  };
}

const timeline = toTimeline(rows, at(1_000));

test('everything is there, in the order in which it happened', () => {
  expect(timeline.data.map(({ at: when, lane, kind }) => `${when.slice(17, 19)} ${lane} ${kind}`)).toEqual([
    '00 money hold.placed',
    '00 task task.created',
    '02 upstream attempt.sending',
    '03 task task.cancel_requested',
    '04 upstream attempt.unknown',
    '30 task attempt.resolved',
    '19 upstream callback.received',
    '20 upstream observation.ended',
    '20 copy copy.started',
    '25 copy asset.stored',
    '30 money hold.settled',
    '30 task task.completed',
    '30 delivery delivery.created',
    '31 delivery delivery.attempted',
    '36 delivery delivery.delivered',
    '20 copy asset.deleted',
  ]);
});

test('the first send keeps its own time although the attempt was sent again', () => {
  expect(timeline.data.find(({ kind }) => kind === 'attempt.sending')?.at).toBe(iso(2));
});

test('the charge is what became income', () => {
  expect(timeline.data.find(({ kind }) => kind === 'hold.settled')).toMatchObject({
    summary: '0.375 USD charged; the rest of the hold is free again.',
    data: { amount: '0.375', currency: 'USD' },
  });
});

test('no secret of an address, a header or a receiver is in it', () => {
  expect(JSON.stringify(timeline)).not.toMatch(/t0p|SECRET|services|abcdefghijklmno|oops/i);
  expect(JSON.stringify(timeline)).toContain('https://cdn.test/a.mp4');
});

test('stored notes that nobody can read leave the rest readable', () => {
  const [attempt] = rows.attempts;
  if (!attempt) throw new Error('the sample has an attempt');
  const broken = { ...rows, attempts: [{ ...attempt, history: 'nonsense' }] };
  expect(toTimeline(broken, at(1_000)).data.length).toBe(timeline.data.length - 2);
});

test.each([
  ['see https://a.test/b?c=d#e now', 'see https://a.test/b now'],
  ['key sk-sluice-AbCdEf0123456789', 'key sk-sluice-…'],
  ['whsec_AbCdEf0123456789+/=', 'whsec_…'],
  ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic …'],
  ['nothing to hide?', 'nothing to hide?'],
])('%s', (text, wanted) => {
  expect(redactText(text)).toBe(wanted);
});
