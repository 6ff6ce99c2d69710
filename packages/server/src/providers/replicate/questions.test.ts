/** Lost answers, cancels and the hour, against the emulated vendor. */
import { describe, expect, test } from 'vitest';
import { answer, play } from '../conformance/play.ts';
import type { Stage } from '../conformance/subject.ts';
import { createDrive } from '../drive.ts';
import { replicate } from './adapter.ts';
import { orderOf } from './testing/orders.ts';
import { openStage, webhookSecret } from './testing/stage.ts';
import { ids, main } from './testing/subject.ts';

function staged(showsWebhook: boolean) {
  const stage = openStage(main, showsWebhook);
  const drive = createDrive({
    outbound: stage.outbound,
    clock: { now: stage.nowMs, monotonic: stage.nowMs },
  });
  return {
    stage,
    submit: async (correlationId: string, order = orderOf()) => {
      const at = stage.path();
      return (await drive.runSubmit(replicate.submit(at, order, { ...ids, correlationId }), at)).outcome;
    },
    find: async (...correlationIds: string[]) => {
      const at = stage.path();
      const sentAtMs = stage.nowMs();
      const queries = correlationIds.map((correlationId) => ({ correlationId, order: orderOf(), sentAtMs }));
      return (await drive.run(replicate.find(at, queries), at)).outcome;
    },
    ask: async (handle: unknown) => {
      const at = stage.path();
      const stored = { attemptId: 'a', correlationId: 'x', handle };
      const { outcome } = await drive.run(replicate.observe(at, [stored]), at);
      return outcome.kind === 'observed' ? outcome.observations.get('a') : outcome;
    },
    cancel: async (handle: unknown) => {
      const at = stage.path();
      const stored = { attemptId: 'a', correlationId: 'x', handle };
      return (await drive.run(replicate.cancel(at, stored), at)).outcome;
    },
    keys: async () =>
      (await drive.run(replicate.callbackKeys?.(stage.path()) ?? never(), stage.path())).outcome,
  };
}

function never(): never {
  throw new Error('there are keys to ask for');
}

const idOf = (stage: Stage, at: number) => stage.accepts()[at]?.upstreamId;

describe('after a lost answer', () => {
  test('the list is searched by the webhook, however many orders are alike', async () => {
    const { stage, submit, find } = staged(true);
    await submit('one');
    stage.loseNext('created, then cut');
    expect(await submit('two')).toMatchObject({ kind: 'unknown' });
    const found = await find('two');
    expect(found.kind === 'found' && found.items.get('two')?.upstreamId).toBe(idOf(stage, 1));
    expect(await find('three')).toMatchObject({ kind: 'found', items: new Map() });
  });

  test('without webhooks one alike is adopted, two are left to a person', async () => {
    const { stage, submit, find } = staged(false);
    stage.loseNext('created, then cut');
    await submit('one');
    const found = await find('one');
    expect(found.kind === 'found' && found.items.get('one')?.upstreamId).toBe(idOf(stage, 0));
    expect(await find('one', 'two')).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
    await submit('two');
    expect(await find('one')).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });

  test('a window of several pages is read to its end', async () => {
    const { stage, submit, find } = staged(true);
    stage.loseNext('created, then cut');
    await submit('oldest');
    for (let at = 0; at < 150; at += 1) await submit(`later-${at}`);
    const found = await find('oldest');
    expect(found.kind === 'found' && found.items.get('oldest')?.upstreamId).toBe(idOf(stage, 0));
  });

  test('a list whose pages lead in circles fails the question', () => {
    const page = JSON.stringify({ results: [], next: 'https://elsewhere.example/v1/predictions?cursor=x' });
    const query = { correlationId: 'one', order: orderOf(), sentAtMs: main.nowMs };
    const { requests, outcome } = play(replicate.find(main, [query]), answer(page));
    expect(outcome).toMatchObject({ kind: 'question_failed' });
    expect(requests.every(({ url }) => url.startsWith('/predictions?'))).toBe(true);
  });
});

describe('the life of a prediction', () => {
  test('the life of its link is counted from its end, and a clip that was removed is gone for good', async () => {
    const { stage, submit, ask } = staged(true);
    const created = await submit('one');
    const handle = created.kind === 'accepted' ? created.handle : null;
    stage.advance(60_000);
    const seen = await ask(handle);
    const endedAtMs = seen && 'changedAtMs' in seen ? (seen.changedAtMs ?? 0) : 0;
    expect(seen).toMatchObject({
      status: 'succeeded',
      outputs: [{ livesFromMs: endedAtMs, expiresAtMs: null }],
    });
    stage.advance(3_600_000);
    expect(await ask(handle)).toMatchObject({ status: 'failed', failure: { code: 'data_removed' } });
  });

  test('cancelling before the end is a cancel, after it too late', async () => {
    const { stage, submit, ask, cancel } = staged(true);
    const [first, second] = [await submit('one'), await submit('two')];
    const handleOf = (made: typeof first) => (made.kind === 'accepted' ? made.handle : null);
    expect(await cancel(handleOf(first))).toEqual({ kind: 'canceled' });
    expect(await ask(handleOf(first))).toMatchObject({ status: 'canceled' });
    stage.advance(120_000);
    expect(await cancel(handleOf(second))).toEqual({ kind: 'too_late' });
    expect(await ask(handleOf(second))).toMatchObject({ status: 'succeeded' });
  });

  test('the secret of the webhooks is read with the token', async () => {
    expect(await staged(true).keys()).toEqual({ kind: 'keys', keys: [webhookSecret] });
  });
});
