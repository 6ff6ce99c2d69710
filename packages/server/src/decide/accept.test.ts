import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AcceptFacts,
  type AcceptRequest,
  type AcceptVerdict,
  currentPeriod,
  type KeyBudget,
  type Payer,
  planAccept,
} from './accept.ts';

const NOW = Date.UTC(2026, 2, 31, 23, 30);
const DAY = 86_400_000;

function payer(with_: Partial<Payer> = {}): Payer {
  return {
    status: 'active',
    currency: 'USD',
    postedMicros: 100n,
    heldMicros: 0n,
    creditLimitMicros: 0n,
    maxQueued: null,
    queued: 0,
    ...with_,
  };
}

function facts(
  with_: Partial<AcceptFacts> & { payer?: Partial<Payer>; budget?: Partial<KeyBudget> } = {},
): AcceptFacts {
  const budget = { budgetMicros: 100n, period: 'total' as const, usedMicros: 0n, sinceMs: 0 };
  return {
    nowMs: NOW,
    payers: new Map([['a', payer(with_.payer)]]),
    budgets: with_.budget ? new Map([['k', { ...budget, ...with_.budget }]]) : new Map(),
    earlier: new Map(),
    ...with_,
  };
}

/** `10`, `10+20` (a batch), `key:10`, `key:10=body`, `repeat:10=body`, `10=body`, each with `@account`. */
function request(text: string, index: number): AcceptRequest {
  const match = /^(?:(\w+):)?([\d+]+)(?:=(\w+))?(?:@(\w+))?$/.exec(text);
  if (!match) throw new Error(`unreadable request ${text}`);
  const [, key, holds = '', body = `body${index}`, accountId = 'a'] = match;
  const marked = key === 'repeat';
  return {
    accountId,
    keyId: accountId === 'a' ? 'k' : `k-${accountId}`,
    requestKey: key === undefined || marked ? null : key,
    requestHash: body,
    marked,
    holds: holds.split('+').map(BigInt),
  };
}

function verdicts(requests: string, given: AcceptFacts): string {
  return planAccept(requests.split(' ').map(request), given).verdicts.map(shown).join(', ');
}

function shown(verdict: AcceptVerdict): string {
  switch (verdict.kind) {
    case 'create':
      return 'create';
    case 'replay':
      return `replay ${verdict.taskIds.join('+')}`;
    case 'same_as':
      return `same as ${verdict.index}`;
    case 'refused':
      return verdict.refusal.code;
  }
}

describe('money', () => {
  test.each([
    ['100', {}, 'create'],
    ['101', {}, 'insufficient_balance'],
    ['101', { creditLimitMicros: 1n }, 'create'],
    ['1', { heldMicros: 100n }, 'insufficient_balance'],
    ['0', { postedMicros: 0n }, 'create'],
    ['40 40 40', {}, 'create, create, insufficient_balance'],
    // What is too dear takes nothing: a smaller one behind it may still fit.
    ['60 50 40', {}, 'create, insufficient_balance, create'],
    ['60+41', {}, 'insufficient_balance'],
    ['60+40 1', {}, 'create, insufficient_balance'],
    ['60 60+1 40', {}, 'create, insufficient_balance, create'],
    ['100 100@b', {}, 'create, not_found'],
  ])('%s with %o', (requests, with_, expected) => {
    expect(verdicts(requests, facts({ payer: with_ }))).toBe(expected);
  });

  test('accounts do not share', () => {
    const payers = new Map([
      ['a', payer()],
      ['b', payer({ postedMicros: 10n })],
    ]);
    expect(verdicts('100 10@b 1 1@b', facts({ payers }))).toBe(
      'create, create, insufficient_balance, insufficient_balance',
    );
  });

  test('the refusal says what is missing', () => {
    const plan = planAccept([request('2500000', 0)], facts({ payer: { postedMicros: 1_250_000n } }));
    expect(plan.verdicts[0]).toMatchObject({
      refusal: { allowed: { hold: '2.50', available: '1.25', currency: 'USD' } },
    });
  });

  test('whatever comes, what is held is covered, and nobody is refused who could have paid', () => {
    const anyRequest = fc.record({
      accountId: fc.constantFrom('a', 'b'),
      keyId: fc.constant('k'),
      requestKey: fc.constant(null),
      requestHash: fc.constant('h'),
      holds: fc.array(fc.bigInt(0n, 50n), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyRequest, { maxLength: 30 }),
        fc.bigInt(-20n, 200n),
        fc.bigInt(0n, 50n),
        (requests, postedMicros, creditLimitMicros) => {
          const payers = new Map(['a', 'b'].map((id) => [id, payer({ postedMicros, creditLimitMicros })]));
          const plan = planAccept(requests, facts({ payers }));
          const spent = new Map<string, bigint>();
          requests.forEach((each, index) => {
            const total = each.holds.reduce((sum, hold) => sum + hold, 0n);
            const before = spent.get(each.accountId) ?? 0n;
            const fits = before + total <= postedMicros + creditLimitMicros;
            expect(plan.verdicts[index]?.kind).toBe(fits ? 'create' : 'refused');
            if (fits) spent.set(each.accountId, before + total);
          });
          for (const [id, total] of spent) expect(plan.held.get(id)).toBe(total);
        },
      ),
    );
  });
});

describe('who may not', () => {
  test.each([
    ['1', { status: 'suspended' }, 'account_suspended'],
    ['1 1', { maxQueued: 3, queued: 2 }, 'create, queue_full'],
    ['1+1', { maxQueued: 3, queued: 2 }, 'queue_full'],
    ['1+1+1', { maxQueued: 3 }, 'create'],
    ['1@nobody', {}, 'not_found'],
  ])('%s with %o', (requests, with_, expected) => {
    expect(verdicts(requests, facts({ payer: with_ }))).toBe(expected);
  });
});

describe('budgets of keys', () => {
  test.each([
    ['60 60 40', { budgetMicros: 100n }, 'create, key_budget_exhausted, create'],
    ['1', { budgetMicros: 100n, usedMicros: 100n }, 'key_budget_exhausted'],
    ['1', { usedMicros: 100n, period: 'day' as const, sinceMs: NOW - DAY }, 'create'],
    ['1', { usedMicros: 100n, period: 'day' as const, sinceMs: NOW }, 'key_budget_exhausted'],
    ['1', { usedMicros: 100n, period: 'month' as const, sinceMs: NOW - DAY }, 'key_budget_exhausted'],
    ['1', { usedMicros: 100n, period: 'total' as const, sinceMs: 0 }, 'key_budget_exhausted'],
  ])('%s with %o', (requests, budget, expected) => {
    expect(verdicts(requests, facts({ payer: { postedMicros: 1_000n }, budget }))).toBe(expected);
  });

  test('what the balance refused does not use the budget', () => {
    const plan = planAccept(['150', '30'].map(request), facts({ budget: { budgetMicros: 1_000n } }));
    expect(plan.budgets).toEqual(new Map([['k', { usedMicros: 30n, sinceMs: 0 }]]));
  });

  test.each([
    ['total', 5n, 0],
    ['day', 0n, Date.UTC(2026, 2, 31)],
    ['month', 0n, Date.UTC(2026, 2, 1)],
  ] as const)('a %s begins at midnight UTC', (period, usedMicros, sinceMs) => {
    const budget = { budgetMicros: 9n, period, usedMicros: 5n, sinceMs: 0 };
    expect(currentPeriod(budget, NOW)).toEqual({ usedMicros, sinceMs });
    const fresh = { ...budget, sinceMs: NOW - 1 };
    expect(currentPeriod(fresh, NOW)).toEqual({ usedMicros: 5n, sinceMs: NOW - 1 });
  });
});

describe('repeats', () => {
  const earlier = new Map([
    ['k/key/x', { requestHash: 'one', taskIds: ['t1', 't2'] }],
    ['k/body/one', { requestHash: 'one', taskIds: ['t3'] }],
    ['k/repeat/two', { requestHash: 'two', taskIds: ['t4'] }],
  ]);

  test.each([
    ['x:10=one', 'replay t1+t2'],
    ['x:10=two', 'idempotency_mismatch'],
    ['y:10=one', 'create'],
    ['10=one', 'replay t3'],
    ['10=two', 'create'],
    ['repeat:10=two', 'replay t4'],
    // In one transaction: the second sees what the first will be.
    ['y:10=one y:10=one y:10=two', 'create, same as 0, idempotency_mismatch'],
    ['10=new 10=new', 'create, create'],
    ['10=new repeat:10=new', 'create, same as 0'],
    ['y:1000=one y:10=two y:10=two', 'insufficient_balance, create, same as 1'],
    // A replay costs nothing and is not refused for money.
    ['100 x:10=one', 'create, replay t1+t2'],
  ])('%s', (requests, expected) => {
    expect(verdicts(requests, facts({ earlier }))).toBe(expected);
  });

  test('of an account that was suspended meanwhile are still answered', () => {
    expect(verdicts('x:10=one', facts({ earlier, payer: { status: 'suspended' } }))).toBe('replay t1+t2');
  });
});
