/** What answers mean, each question with an answer of its own, and a whole life against the emulator. */
import { describe, expect, test } from 'vitest';
import type { Exchange, StoredHandle, UpstreamRequest, UpstreamResponse } from '../contract.ts';
import { createDrive } from '../drive.ts';
import { fal } from './adapter.ts';
import { requestId } from './testing/callbacks.ts';
import { declaredOrders } from './testing/orders.ts';
import { openStage } from './testing/stage.ts';
import { ids, paths } from './testing/subject.ts';

const handle = { v: 1, requestId, root: 'fal-ai/kling-video', urls: null, keptUntilMs: 1_790_604_800_000 };
const stored: StoredHandle = { attemptId: 'a', correlationId: 'c', handle };
const adopted: StoredHandle = { ...stored, handle: { ...handle, root: null } };

function answered(status: number, body: unknown, headers: Record<string, string> = {}): UpstreamResponse {
  return { kind: 'answered', status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function ask<Outcome>(exchange: Exchange<Outcome>, script: UpstreamResponse[]) {
  const requests: UpstreamRequest[] = [];
  let step = exchange.next();
  while (!step.done) {
    requests.push(step.value);
    step = exchange.next(script[requests.length - 1] ?? { kind: 'lost', reason: 'the script is over' });
  }
  return { requests, outcome: step.value };
}

function seen(script: UpstreamResponse[], of = stored) {
  const { outcome } = ask(fal.observe(paths.main, [of]), script);
  return outcome.kind === 'observed' ? outcome.observations.get('a') : outcome;
}

const completed = answered(200, { status: 'COMPLETED', request_id: requestId });
const complaint = (type: string, status = 422) =>
  answered(status, { detail: [{ loc: ['body'], msg: 'no', type }] });

describe('a request that is over, by the answer of its result', () => {
  test.each<[string, UpstreamResponse, object]>([
    [
      'a clip',
      answered(200, { video: { url: 'https://v3b.fal.media/x.mp4' } }),
      {
        status: 'succeeded',
        outputs: [{ url: 'https://v3b.fal.media/x.mp4', expiresAtMs: handle.keptUntilMs }],
      },
    ],
    ['no clip', answered(200, { video: null }), { status: 'unrecognised' }],
    [
      'moderation',
      complaint('content_policy_violation'),
      { status: 'failed', failure: { class: 'moderation' } },
    ],
    ['a file that could not be read', complaint('file_download_error'), { failure: { class: 'bad_input' } }],
    ['a wrong field', complaint('value_error'), { status: 'failed', failure: { class: 'bad_input' } }],
    ['the vendor behind', complaint('downstream_service_error', 400), { failure: { class: 'upstream' } }],
    [
      'too long',
      complaint('generation_timeout', 504),
      { failure: { class: 'upstream', code: 'generation_timeout' } },
    ],
    [
      'the start deadline',
      answered(504, { detail: 'x', error_type: 'request_timeout' }),
      { status: 'expired' },
    ],
    [
      'a type in the header alone',
      answered(503, { detail: 'x' }, { 'x-fal-error-type': 'runner_disconnected' }),
      {
        status: 'failed',
        failure: { class: 'upstream', code: 'runner_disconnected' },
      },
    ],
    ['stopped by us', answered(499, { detail: 'x', error_type: 'client_cancelled' }), { status: 'canceled' }],
    [
      'a sentence about the input',
      answered(422, { detail: 'duration: 3 to 15' }),
      { failure: { class: 'bad_input' } },
    ],
    ['not over after all', answered(400, { detail: 'Request is still in progress' }), { status: 'running' }],
  ])('%s', (_, result, expected) => {
    expect(seen([completed, result])).toMatchObject(expected);
  });

  test.each<[string, UpstreamResponse, string]>([
    ['the key', answered(401, { detail: 'no' }), 'credentials'],
    ['a result that is gone', answered(404, { detail: 'Request not found' }), 'unreadable'],
    ['a gateway', answered(502, '<html>'), 'unavailable'],
    ['an answer without a type', answered(500, { detail: 'oops' }), 'unavailable'],
    ['nothing', { kind: 'lost', reason: 'reset' }, 'unavailable'],
  ])('trouble with %s says nothing about it', (_, result, kind) => {
    expect(seen([completed, result])).toMatchObject({ kind: 'question_failed', class: kind });
  });

  test('an error beside COMPLETED is believed when the result is silent', () => {
    const word = answered(200, { status: 'COMPLETED', error: 'It broke' });
    expect(seen([word, answered(500, '<html>')])).toMatchObject({
      status: 'failed',
      failure: { message: 'It broke' },
    });
    expect(seen([word, answered(401, '')])).toMatchObject({ class: 'credentials' });
  });

  test('a typed error needs no second question', () => {
    const body = { status: 'COMPLETED', error: 'x', error_type: 'runner_disconnected' };
    const { requests } = ask(fal.observe(paths.main, [stored]), [answered(200, body)]);
    expect(requests).toHaveLength(1);
  });

  test('a status of another request is not believed', () => {
    expect(seen([answered(200, { status: 'COMPLETED', request_id: 'another-0001' })])).toMatchObject({
      status: 'unrecognised',
      word: 'another request',
    });
  });
});

describe('a request that a callback told us of', () => {
  const missing = answered(404, { detail: 'Request not found' });

  test('is asked for under each root', () => {
    const { requests } = ask(fal.observe(paths.main, [adopted]), [
      missing,
      answered(202, { status: 'IN_PROGRESS' }),
    ]);
    expect(requests.map(({ url }) => url)).toEqual([
      `/fal-ai/kling-video/requests/${requestId}/status`,
      `/kling/v4/requests/${requestId}/status`,
    ]);
    expect(seen([missing, answered(202, { status: 'IN_PROGRESS' })], adopted)).toMatchObject({
      status: 'running',
    });
    expect(seen([missing, missing], adopted)).toMatchObject({ status: 'not_found' });
  });
});

describe('cancel', () => {
  test.each<[string, UpstreamResponse, object]>([
    ['a request', answered(202, { status: 'CANCELLATION_REQUESTED' }), { kind: 'requested' }],
    ['one that is over', answered(400, { status: 'ALREADY_COMPLETED' }), { kind: 'too_late' }],
    [
      'one that is over, in other words',
      answered(400, { detail: 'Already completed' }),
      { kind: 'too_late' },
    ],
    ['one that is not there', answered(404, { status: 'NOT_FOUND' }), { kind: 'question_failed' }],
    ['with a bad key', answered(401, { detail: 'no' }), { kind: 'question_failed', class: 'credentials' }],
  ])('%s', (_, response, expected) => {
    expect(ask(fal.cancel(paths.main, stored), [response]).outcome).toMatchObject(expected);
  });
});

describe('credits and keys', () => {
  test('credits are read by the admin key alone', () => {
    const { requests, outcome } = ask(fal.balance(paths.admin), [
      answered(200, { credits: { current_balance: 24.5 } }),
    ]);
    expect(requests[0]?.url).toBe('https://api.fal.ai/v1/account/billing?expand=credits');
    expect(requests[0]?.headers.authorization).toBe(`Key ${paths.admin.credential.admin_key}`);
    expect(outcome).toEqual({
      kind: 'wallet',
      wallet: { unit: 'USD', remainingMicros: 24_500_000n, packs: [] },
    });
  });

  test('published keys are asked for without a credential, and only usable ones are kept', () => {
    const ask_ = fal.callbackKeys;
    if (!ask_) throw new Error('no keys are published');
    const good = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: '1' };
    const answer = answered(200, { keys: [good, { kty: 'RSA' }, null, 7] });
    const { requests, outcome } = ask(ask_(paths.main), [answer]);
    expect(requests[0]).toMatchObject({ url: 'https://rest.fal.ai/.well-known/jwks.json', headers: {} });
    expect(outcome).toEqual({ kind: 'keys', keys: [good] });
    expect(ask(ask_(paths.main), [answered(200, '{}')]).outcome).toMatchObject({ kind: 'question_failed' });
  });

  test('a stand-in serves all of it under its own address; settings name other ones', () => {
    const local = { ...paths.admin, baseUrl: 'http://127.0.0.1:9', settings: {} };
    const [request] = ask(fal.balance(local), []).requests;
    expect(request?.url).toBe('/v1/account/billing?expand=credits');
    const set = { ...local, settings: { keys_url: 'https://keys.example/jwks.json' } };
    expect(fal.callbackKeys && ask(fal.callbackKeys(set), []).requests[0]?.url).toBe(
      'https://keys.example/jwks.json',
    );
  });
});

describe('against the emulator', () => {
  function open() {
    const { stage, emulator } = openStage(paths.admin);
    const drive = createDrive({
      outbound: stage.outbound,
      clock: { now: stage.nowMs, monotonic: stage.nowMs },
    });
    return { stage, emulator, drive };
  }

  test('every declared order renders', async () => {
    const { stage, emulator, drive } = open();
    emulator.settings.concurrency = 1_000;
    const refusals: unknown[] = [];
    for (const { about, order } of declaredOrders()) {
      const path = stage.path();
      const { outcome } = await drive.runSubmit(fal.submit(path, order, ids), path);
      if (outcome.kind !== 'accepted') throw new Error(`${about}: ${JSON.stringify(outcome)}`);
      stage.advance(1_000_000);
      const of = { attemptId: about, correlationId: 'c', handle: outcome.handle };
      const answer = await drive.run(fal.observe(stage.path(), [of]), stage.path());
      const end = answer.outcome.kind === 'observed' ? answer.outcome.observations.get(about) : null;
      if (end?.status !== 'succeeded') refusals.push([about, end]);
    }
    expect(refusals).toEqual([]);
  });

  test('an attempt whose answer was lost is found again by its callback, keys rotating meanwhile', async () => {
    const { stage, emulator, drive } = open();
    emulator.faults.next('create', { do: 'drop', accept: true });
    const path = stage.path();
    const { outcome } = await drive.runSubmit(fal.submit(path, stage.order, ids), path);
    expect(outcome.kind).toBe('unknown');
    const ask_ = fal.callbackKeys;
    if (!ask_) throw new Error('no keys are published');
    const before = (await drive.run(ask_(path), path)).outcome;
    emulator.keys.rotate({ forget: true });
    stage.advance(600_000);
    const [delivery] = emulator.dueCallbacks();
    if (!delivery || before.kind !== 'keys') throw new Error('no callback');
    const body = new TextDecoder().decode(delivery.body);
    const callback = { headers: delivery.headers, body, receivedAtMs: stage.nowMs() };
    expect(delivery.url).toBe(ids.callbackUrl);
    expect(fal.readCallback(path, callback, before.keys).kind).toBe('rejected');
    const after = (await drive.run(ask_(path), path)).outcome;
    if (after.kind !== 'keys') throw new Error('no keys');
    const hint = fal.readCallback(stage.path(), callback, after.keys);
    if (hint.kind !== 'hint') throw new Error(hint.reason);
    expect(hint).toMatchObject({ verified: true, upstreamId: emulator.accepts[0]?.id });
    const of = { attemptId: 'a', correlationId: 'c', handle: hint.handle };
    const answer = await drive.run(fal.observe(stage.path(), [of]), stage.path());
    expect(answer.outcome.kind === 'observed' && answer.outcome.observations.get('a')).toMatchObject({
      status: 'succeeded',
      upstreamId: emulator.accepts[0]?.id,
    });
  });

  test('what has not started by its deadline never does', async () => {
    const { stage, emulator, drive } = open();
    const handles: StoredHandle[] = [];
    for (let at = 0; at < 3; at += 1) {
      if (at < 2) emulator.faults.next('job', { do: 'never-finish' });
      const path = stage.path();
      const { outcome } = await drive.runSubmit(fal.submit(path, stage.order, ids), path);
      if (outcome.kind === 'accepted')
        handles.push({ attemptId: `a${at}`, correlationId: 'c', handle: outcome.handle });
    }
    stage.advance(1_801_000);
    const { outcome } = await drive.run(fal.observe(stage.path(), handles), stage.path());
    const statuses =
      outcome.kind === 'observed' ? [...outcome.observations.values()].map(({ status }) => status) : [];
    expect(statuses).toEqual(['running', 'running', 'expired']);
  });
});
