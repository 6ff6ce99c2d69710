import { expect, test } from 'vitest';
import type { Ended, EndedRow } from '../store/track.ts';
import { rendersOf } from './learn.ts';

function render(state: Ended['state'], with_: { path?: string; rerun?: boolean; seconds?: number } = {}) {
  const { path = 'p', rerun = false, seconds = 60 } = with_;
  const row: EndedRow = {
    attempt_id: 'att',
    path_name: path,
    family: 'f',
    shape: 's',
    state,
    accepted_at: 1_000,
    matched: true,
  };
  const end: Ended = {
    attemptId: 'att',
    state,
    word: '',
    reason: null,
    note: { at: '', kind: '', summary: '', data: {} },
    cost: null,
    costId: '',
    costAccounts: ['', ''],
    suspenseAccounts: ['', ''],
    asset: null,
    rerun,
    outcome: null,
    code: null,
    message: null,
    upstreamCode: null,
    eventId: '',
    endedAtMs: 1_000 + seconds * 1000,
    upstreamEndedAtMs: null,
  };
  return { row, end };
}

test('clips teach how long, and both clips and failures of the upstream teach how often', () => {
  const learned = rendersOf([
    render('succeeded', { seconds: 61.4 }),
    render('failed', { rerun: true }),
    render('succeeded', { seconds: 70 }),
    render('succeeded', { path: 'q' }),
  ]);
  expect(learned.times).toEqual([
    { pathName: 'p', shape: 's', samplesMs: [61_400, 70_000] },
    { pathName: 'q', shape: 's', samplesMs: [60_000] },
  ]);
  expect(learned.ends).toEqual([
    { pathName: 'p', family: 'f', outcomes: [true, false, true] },
    { pathName: 'q', family: 'f', outcomes: [true] },
  ]);
});

test('what was refused for its input, cancelled or forgotten teaches nothing', () => {
  expect(rendersOf([render('failed'), render('canceled'), render('abandoned')])).toEqual({
    times: [],
    ends: [],
  });
});
