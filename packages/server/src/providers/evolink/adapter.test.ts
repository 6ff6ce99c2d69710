import { describe, expect, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { answer, play } from '../conformance/play.ts';
import { guaranteeOf } from '../guarantee.ts';
import { evolink, gptimage2 } from './adapter.ts';
import { orderOf } from './testing/orders.ts';
import { documents, ids, pathOf, unifiedSubject } from './testing/subject.ts';

describe.each([evolink, gptimage2])('$name sits the exam', (provider) => {
  for (const { name, run } of exercise(unifiedSubject(provider))) test(name, run);
});

describe('the profiles', () => {
  test('one has no address of its own and says so before anything is held', () => {
    const path = { ...pathOf(gptimage2), baseUrl: gptimage2.defaultBaseUrl };
    expect(gptimage2.supports(orderOf(), path)).toMatchObject({ ok: false, field: 'path' });
    const { requests, outcome } = play(gptimage2.submit(path, orderOf(), ids), answer('{}'));
    expect(requests).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'refused', class: 'credentials' });
    const free = play(gptimage2.balance(path), answer('{}'));
    expect(free.outcome).toMatchObject({
      kind: 'question_failed',
      message: expect.stringContaining('base_url'),
    });
  });

  test('both promise the same', () => {
    expect(gptimage2.abilities).toEqual(evolink.abilities);
    expect(guaranteeOf(evolink.abilities).level).toBe('L2');
  });
});

describe('the key that is sent but not trusted', () => {
  const path = pathOf(evolink);
  const sent = () => play(evolink.submit(path, orderOf(), ids), answer('', 500)).requests[0];

  test('it is the correlation id, the same for the same attempt', () => {
    expect(sent()?.headers['idempotency-key']).toBe(ids.correlationId);
  });

  test('a replayed reply is the same task', () => {
    const replay = documents().find(({ name }) => name === 'created-replayed');
    const response = answer(JSON.stringify(replay?.body), 200, replay?.headers);
    const { outcome } = play(evolink.submit(path, orderOf(), ids), response);
    expect(outcome).toMatchObject({ kind: 'accepted', handle: { v: 1 } });
  });
});

describe('a refusal that a gateway in between answers with 200', () => {
  const outcomeOf = (code: string) =>
    play(
      evolink.submit(pathOf(evolink), orderOf(), ids),
      answer(JSON.stringify({ error: { code, message: 'no' } }), 200),
    ).outcome;

  test.each([
    ['insufficient_user_quota', 'wallet'],
    ['content_filter', 'moderation'],
  ])('%s is still one', (code, refusal) => {
    expect(outcomeOf(code)).toMatchObject({ kind: 'refused', class: refusal });
  });

  test.each(['paid_outcome_unknown', 'a_code_of_tomorrow', 'constructor'])('%s is unknown', (code) => {
    expect(outcomeOf(code)).toMatchObject({ kind: 'unknown' });
  });
});
