import { Dossier, type FactName } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { durationText } from './dossier/values.ts';
import { dossierOf, type Statement } from './dossier.ts';

const NOW_MS = Date.parse('2026-11-29T12:00:00Z');
const subject = { path: 'kling', provider: 'kling', providerName: 'Kling', sandbox: false };

function says(fact: FactName, value: Statement['value'], more: Partial<Statement> = {}): Statement {
  return {
    fact,
    value,
    unit: fact === 'concurrency_limit' ? 'tasks' : fact === 'result_link_life' ? 's' : null,
    scope: {},
    grade: 'declared',
    origin: 'shipped',
    source: { name: 'a page', reviewed_on: '2026-11-22' },
    reviewedBy: 'somebody',
    note: null,
    ...more,
  };
}

function factOf(statements: Statement[], fact: FactName) {
  const dossier = Dossier.parse(dossierOf(subject, statements, { nowMs: NOW_MS, staleAfterDays: 90 }));
  const found = dossier.checks.flatMap(({ facts }) => facts).find((each) => each.fact === fact);
  if (!found) throw new Error(`no ${fact}`);
  return found;
}

const on = (reviewed_on: string) => ({ source: { name: 'a page', reviewed_on } });

describe('the statement that counts', () => {
  test.each([
    [
      'measured before yours',
      [
        says('concurrency_limit', 9, { origin: 'yours' }),
        says('concurrency_limit', 7, { origin: 'measured' }),
      ],
      7,
    ],
    [
      'yours before shipped',
      [says('concurrency_limit', 20), says('concurrency_limit', 9, { origin: 'yours' })],
      9,
    ],
    [
      'shipped before the adapter',
      [says('concurrency_limit', 1, { origin: 'adapter' }), says('concurrency_limit', 20)],
      20,
    ],
    [
      'a value before unknown',
      [says('concurrency_limit', null, { origin: 'yours' }), says('concurrency_limit', 20)],
      20,
    ],
    [
      'fresh before stale',
      [
        says('concurrency_limit', 7, { origin: 'measured', ...on('2026-01-01') }),
        says('concurrency_limit', 20),
      ],
      20,
    ],
    [
      'of several plans the smallest',
      [
        says('concurrency_limit', 20, { scope: { plan: 'large' } }),
        says('concurrency_limit', 5, { scope: { plan: 'trial' } }),
      ],
      5,
    ],
  ])('%s', (_, statements, value) => {
    expect(factOf(statements, 'concurrency_limit').standing?.value).toBe(value);
  });

  test('nothing is thrown away', () => {
    const fact = factOf(
      [says('concurrency_limit', 20), says('concurrency_limit', 7, { origin: 'measured' })],
      'concurrency_limit',
    );
    expect(fact.statements.map(({ value }) => value)).toEqual([7, 20]);
  });
});

describe('contradictions', () => {
  test.each([
    [
      'a declared limit that was not met',
      [says('concurrency_limit', 20), says('concurrency_limit', 7, { origin: 'measured' })],
      true,
    ],
    [
      'a measured limit that is one of the plans',
      [
        says('concurrency_limit', 20, { scope: { plan: 'large' } }),
        says('concurrency_limit', 5, { scope: { plan: 'trial' } }),
        says('concurrency_limit', 5, { origin: 'measured', scope: { model: 'kling-3.0' } }),
      ],
      false,
    ],
    [
      'two plans of one document',
      [
        says('concurrency_limit', 20, { scope: { plan: 'large' } }),
        says('concurrency_limit', 5, { scope: { plan: 'trial' } }),
      ],
      false,
    ],
    [
      'the same twice',
      [says('concurrency_limit', 5), says('concurrency_limit', 5, { origin: 'yours' })],
      false,
    ],
    ['a yes against a no', [says('callbacks', true), says('callbacks', false, { origin: 'measured' })], true],
    [
      'a life that is measured to the minute',
      [says('result_link_life', 3600), says('result_link_life', 3620, { origin: 'measured' })],
      false,
    ],
    [
      'a life that is half of what was said',
      [says('result_link_life', 3600), says('result_link_life', 1800, { origin: 'measured' })],
      true,
    ],
    [
      'different words',
      [says('payment_terms', 'packs'), says('payment_terms', 'invoice', { origin: 'yours' })],
      false,
    ],
  ])('%s', (_, statements, disagree) => {
    const fact = factOf(statements, statements[0]?.fact ?? 'callbacks');
    expect(fact.disagree).toBe(disagree);
    expect(fact.question === null).toBe(!disagree);
  });
});

describe('questions', () => {
  test('unknown, stale and unseen facts are asked for, fresh ones are not', () => {
    const statements = [
      says('deposit_minimum', null),
      says('prepaid_required', true, on('2026-08-01')),
      says('approval_required', false),
    ];
    const { open_questions: open } = dossierOf(subject, statements, { nowMs: NOW_MS, staleAfterDays: 90 });
    const because = new Map(open.map((each) => [each.fact, each.because]));
    expect(because.get('deposit_minimum')).toBe('not stated when reviewed on 2026-11-22');
    expect(because.get('prepaid_required')).toBe('last reviewed 120 days ago');
    expect(because.get('payment_terms')).toBe('nobody has looked');
    expect(because.has('approval_required')).toBe(false);
  });

  test('what only traffic can tell is asked of nobody', () => {
    const { open_questions: open } = dossierOf(subject, [], { nowMs: NOW_MS, staleAfterDays: 90 });
    expect(open.some(({ fact }) => fact === 'delivered_price')).toBe(false);
    expect(open.length).toBeGreaterThan(20);
  });

  test.each([
    ['2026-08-31', false],
    ['2026-08-30', true],
  ])('90 days and one: reviewed on %s is stale: %s', (date, stale) => {
    expect(factOf([says('callbacks', true, on(date))], 'callbacks').standing?.stale).toBe(stale);
  });
});

test.each([
  [100, '100 s'],
  [3600, '1 h'],
  [86_400, '24 h'],
  [172_800, '2 days'],
  [2_592_000, '30 days'],
  [5400, '90 min'],
  [90_061, '25.0 h'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
