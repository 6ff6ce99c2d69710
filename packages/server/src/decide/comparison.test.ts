import { Comparison } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { type CandidateInput, type ComparedOrder, comparisonOf } from './comparison.ts';
import { dossierOf, type Statement } from './dossier.ts';

const NOW_MS = Date.parse('2026-11-29T12:00:00Z');
const at = { nowMs: NOW_MS, staleAfterDays: 90 };
const order: ComparedOrder = {
  label: 'kling-3.0 text-to-video 5 s',
  model: 'kling-3.0',
  mode: 'text-to-video',
  seconds: 5,
  resolution: '720p',
  sound: 'off',
  count: 100,
};

type Facts = Partial<Record<Statement['fact'], Statement['value'] | Statement['value'][]>>;

function candidate(
  name: string,
  micros: bigint | string,
  facts: Facts = {},
  more: Partial<CandidateInput> = {},
): CandidateInput {
  const statements = Object.entries(facts).flatMap(([fact, values]) =>
    [values].flat().map(
      (value, index): Statement => ({
        fact: fact as Statement['fact'],
        value: value ?? null,
        unit: fact === 'concurrency_limit' ? 'tasks' : null,
        scope: Array.isArray(values) ? { plan: `plan ${index + 1}` } : {},
        grade: 'declared',
        origin: 'shipped',
        source: { name: 'a page', reviewed_on: '2026-11-22' },
        reviewedBy: 'somebody',
        note: null,
      }),
    ),
  );
  const subject = { path: name, provider: name, providerName: name.toUpperCase(), sandbox: false };
  return {
    name,
    kind: 'path',
    sandbox: false,
    dossier: dossierOf(subject, statements, at),
    guaranteeLevel: 'L3',
    callbackAuth: 'hmac',
    cancel: 'any',
    sheet: { id: `${name}-2026`, date: '2026-11-22', grade: 'declared' },
    sheetStale: false,
    deliveredPerSecondMicros: null,
    lines: [typeof micros === 'bigint' ? { ok: true, micros } : { ok: false, reason: micros }],
    ...more,
  };
}

function compared(candidates: CandidateInput[], peak: number | null = null) {
  return Comparison.parse(comparisonOf({ orders: [order], peak, candidates, at }));
}

describe('rank', () => {
  test('the cheapest that can do all of it', () => {
    const { verdict, candidates } = compared([
      candidate('dear', 500_000n),
      candidate('none', 'no 720p here'),
      candidate('cheap', 375_000n),
    ]);
    expect(candidates.map(({ name, rank }) => [name, rank])).toEqual([
      ['cheap', 1],
      ['dear', 2],
      ['none', null],
    ]);
    expect(candidates[0]?.price).toMatchObject({ total: '37.50', per_second: '0.075' });
    expect(verdict.recommended).toBe('cheap');
    expect(verdict.sentences[0]).toBe(
      'Take cheap: the mix costs 37.50 USD at worst, 25 % less than dear, the next of 2 that can do all of it.',
    );
    expect(verdict.sentences).toContain('dear: costs 50.00 USD, 33 % more.');
    expect(verdict.sentences.join(' ')).toContain(
      'none: not for this mix. kling-3.0 text-to-video 5 s: no 720p here.',
    );
  });

  test('a limit below the peak comes after one that carries it, whatever the price', () => {
    const small = candidate('small', 300_000n, { concurrency_limit: 5 });
    const large = candidate('large', 400_000n, { concurrency_limit: 40 });
    const { verdict, candidates } = compared([small, large], 12);
    expect(verdict.recommended).toBe('large');
    expect(verdict.sentences[0]).toContain('small costs less and does not carry your peak');
    expect(candidates[1]?.concerns).toContain('At most 5 tasks at once, and your peak needs 12.');
  });

  test('a plan that carries the peak can be bought', () => {
    const { verdict } = compared([candidate('plans', 300_000n, { concurrency_limit: [5, 20] })], 12);
    expect(verdict.sentences.join(' ')).toContain(
      'Your peak of 12 needs 20 tasks (plan 2) (declared, reviewed on 2026-11-22); 5 tasks (plan 1) are too few.',
    );
  });

  test('an unknown limit is neither good nor bad news', () => {
    const { verdict } = compared([candidate('quiet', 300_000n)], 12);
    expect(verdict.sentences.join(' ')).toContain('Whether it carries your peak of 12 at once is not known');
  });

  test('a sandbox is never preferred to something real', () => {
    const play = candidate('play', 1n, {}, { sandbox: true });
    expect(compared([play, candidate('real', 300_000n)]).verdict.recommended).toBe('real');
  });

  test('nobody can do it', () => {
    const { verdict } = compared([candidate('none', 'no price list')]);
    expect(verdict.recommended).toBeNull();
    expect(verdict.sentences[0]).toBe('None of them has a price for the whole mix.');
    expect(compared([]).verdict.sentences[0]).toContain('nothing to compare');
  });
});

describe('what speaks against a candidate', () => {
  test.each<[string, CandidateInput, RegExp]>([
    ['a deposit', candidate('a', 1n, { deposit_minimum: '500' }), /deposit of at least 500 USD/],
    ['an approval', candidate('a', 1n, { approval_required: true }), /needs an approval/],
    ['links of an hour', candidate('a', 1n, { result_link_life: 3600 }), /Links die after 1 h/],
    ['no callbacks', candidate('a', 1n, { callbacks: false }), /polling alone/],
    [
      'unsigned callbacks',
      candidate('a', 1n, { callbacks: true }, { callbackAuth: 'token' }),
      /prove nothing/,
    ],
    ['lost answers', candidate('a', 1n, {}, { guaranteeLevel: 'L2' }), /lost answer/],
    ['no cancel', candidate('a', 1n, {}, { cancel: 'none' }), /cannot be cancelled/],
    ['billed failures', candidate('a', 1n, { failed_work_billed: true }), /Failed work is billed/],
    ['an old price list', candidate('a', 1n, {}, { sheetStale: true }), /not reviewed/],
    [
      'a dear delivered second',
      candidate('a', 500_000n, {}, { deliveredPerSecondMicros: 130_000n }),
      /costs 30 % more than the list says/,
    ],
  ])('%s', (_, input, said) => {
    expect(compared([input]).candidates[0]?.concerns.join(' ')).toMatch(said);
  });

  test('fresh good news is no concern', () => {
    const facts: Facts = {
      deposit_minimum: '0',
      approval_required: false,
      prepaid_required: false,
      concurrency_limit: 40,
      models_covered: 'all',
      callbacks: true,
      result_link_life: 604_800,
      failed_work_billed: false,
    };
    expect(compared([candidate('good', 1n, facts)], 12).candidates[0]?.concerns).toEqual([]);
  });
});
