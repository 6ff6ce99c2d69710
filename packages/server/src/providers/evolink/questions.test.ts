import { describe, expect, test } from 'vitest';
import { answer } from '../conformance/play.ts';
import type { Exchange, UpstreamRequest, UpstreamResponse } from '../contract.ts';
import { evolink } from './adapter.ts';
import { pathOf, taskBody, upstreamId } from './testing/subject.ts';

const path = pathOf(evolink);
const stored = (id: string, at: number) => ({
  attemptId: `a${at}`,
  correlationId: `c${at}`,
  handle: { v: 1, taskId: id },
});
const link = 'https://media.example/clip.mp4';
const record = (id: string, word: string, results: string[] = []) =>
  taskBody(word, results).replace(upstreamId, id);

/** Answers by what is asked; what is not listed is a lost answer. */
function run<Outcome>(exchange: Exchange<Outcome>, answers: Record<string, UpstreamResponse>) {
  const asked: UpstreamRequest[] = [];
  let step = exchange.next();
  while (!step.done) {
    asked.push(step.value);
    const given = answers[`${step.value.method} ${step.value.url}`] ?? { kind: 'lost', reason: 'reset' };
    step = exchange.next(given);
  }
  return { asked: asked.map(({ method, url }) => `${method} ${url}`), outcome: step.value };
}

describe('many tasks at once', () => {
  const some = ['t1', 't2', 't3'].map(stored);

  test.each([
    ['bare', (list: string) => `[${list}]`],
    ['under data', (list: string) => `{"data":[${list}]}`],
    ['under tasks', (list: string) => `{"tasks":[${list}]}`],
    ['under data and tasks', (list: string) => `{"data":{"tasks":[${list}]}}`],
  ])('a list %s settles what it shows', (_about, wrap) => {
    const list = [record('t1', 'pending'), record('t2', 'processing'), record('t3', 'failed')].join(',');
    const { asked, outcome } = run(evolink.observe(path, some), {
      'POST /v1/tasks/batch': answer(wrap(list)),
    });
    expect(asked).toEqual(['POST /v1/tasks/batch']);
    expect(
      outcome.kind === 'observed' && [...outcome.observations.values()].map(({ status }) => status),
    ).toEqual(['queued', 'running', 'failed']);
  });

  test('a finished task without its links, and one that is not listed, are asked for alone', () => {
    const list = `[${record('t1', 'completed')},${record('t2', 'processing')}]`;
    const { asked, outcome } = run(evolink.observe(path, some), {
      'POST /v1/tasks/batch': answer(list),
      'GET /v1/tasks/t1': answer(record('t1', 'completed', [link])),
      'GET /v1/tasks/t3': answer('{"error":{"code":"resource_not_found","message":"no"}}', 404),
    });
    expect(asked).toEqual(['POST /v1/tasks/batch', 'GET /v1/tasks/t1', 'GET /v1/tasks/t3']);
    expect(
      outcome.kind === 'observed' && outcome.observations.get('a0')?.outputs.map(({ url }) => url),
    ).toEqual([link]);
    expect(outcome.kind === 'observed' && outcome.observations.get('a2')?.status).toBe('not_found');
  });

  test('where the batch query is not understood, each task is asked for', () => {
    const { asked } = run(evolink.observe(path, some), {
      'POST /v1/tasks/batch': answer('<html>', 404),
      'GET /v1/tasks/t1': answer(record('t1', 'pending')),
    });
    // The second one is lost: the same host would lose the third one as well.
    expect(asked).toEqual(['POST /v1/tasks/batch', 'GET /v1/tasks/t1', 'GET /v1/tasks/t2']);
    const unclear = run(evolink.observe(path, some), {
      'POST /v1/tasks/batch': answer('{"ok":true}'),
      'GET /v1/tasks/t1': answer(record('t1', 'pending')),
      'GET /v1/tasks/t2': answer(record('t2', 'pending')),
    });
    expect(unclear.asked).toHaveLength(4);
    expect(unclear.outcome.kind === 'observed' && [...unclear.outcome.observations.keys()]).toEqual([
      'a0',
      'a1',
    ]);
  });

  test('too fast is too fast for all of them', () => {
    const throttled = answer('{"error":{"code":"rate_limit_exceeded","message":"slow"}}', 429, {
      'retry-after': '3',
    });
    const { asked, outcome } = run(evolink.observe(path, some), { 'POST /v1/tasks/batch': throttled });
    expect(asked).toHaveLength(1);
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'throttled', retryAfterMs: 3_000 });
  });
});

describe('one task', () => {
  const ask = (body: string, status = 200) =>
    run(evolink.observe(path, [stored('t1', 0)]), { 'GET /v1/tasks/t1': answer(body, status) }).outcome;

  test('a record of another task is not believed', () => {
    const outcome = ask(record('t2', 'completed', [link]));
    expect(outcome.kind === 'observed' && outcome.observations.get('a0')).toMatchObject({
      status: 'unrecognised',
      outputs: [],
    });
  });

  test('the life of a link is counted from when the task was made', () => {
    const outcome = ask(record('t1', 'completed', [link]));
    const output = outcome.kind === 'observed' ? outcome.observations.get('a0')?.outputs[0] : undefined;
    expect(output).toMatchObject({ livesFromMs: 1_757_165_031_000, expiresAtMs: null });
  });

  test('another gateway’s 404 says nothing about the task', () => {
    expect(ask('{"error":{"code":"invalid_url","message":"no such route"}}', 404).kind).toBe(
      'question_failed',
    );
  });
});

describe('credits', () => {
  const wallet = (token: object) => {
    const body = JSON.stringify({ user: { remaining_credits: 50.5 }, token });
    const { outcome } = run(evolink.balance(path), { 'GET /v1/credits': answer(body) });
    return outcome.kind === 'wallet' ? outcome.wallet.remainingMicros : null;
  };

  test('a key with a smaller budget can spend no more than that', () => {
    expect(wallet({ remaining_credits: 8.17, unlimited_credits: false })).toBe(8_170_000n);
    expect(wallet({ remaining_credits: 999, unlimited_credits: false })).toBe(50_500_000n);
    expect(wallet({ remaining_credits: 0, unlimited_credits: true })).toBe(50_500_000n);
  });
});
