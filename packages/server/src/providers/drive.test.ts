import { describe, expect, test } from 'vitest';
import type { OutboundAnswer, OutboundRequest } from '../effects/outbound/outbound.ts';
import type { Exchange, PathContext, QuestionFailed, SubmitOutcome, UpstreamRequest } from './contract.ts';
import { createDrive, type DriveFault, type ExchangeRecord, upstreamLimits } from './drive.ts';

const path: PathContext = {
  name: 'main',
  baseUrl: 'https://api.vendor.example/prefix/',
  credential: { api_key: 'key-0123456789' },
  settings: { webhook_secret: 'whsec_abcdefgh' },
  nowMs: 0,
};

const post: UpstreamRequest = {
  operation: 'submit',
  billable: true,
  method: 'POST',
  url: '/create',
  headers: { authorization: 'Bearer key-0123456789' },
  body: '{}',
};
const get: UpstreamRequest = {
  ...post,
  operation: 'observe',
  billable: false,
  method: 'GET',
  url: '/tasks',
  body: null,
};

const accepted: SubmitOutcome = { kind: 'accepted', upstreamId: '1', handle: {}, cost: null };

function answered(
  body: string | Uint8Array,
  status = 200,
  headers: Record<string, string> = {},
): OutboundAnswer {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { kind: 'answered', status, headers, body: bytes, finalUrl: 'https://api.vendor.example/' };
}

function rig(answers: (OutboundAnswer | Error)[]) {
  const sent: OutboundRequest[] = [];
  const records: ExchangeRecord[] = [];
  const faults: DriveFault[] = [];
  let tick = 0;
  const drive = createDrive({
    outbound: {
      async request(request) {
        sent.push(request);
        const answer = answers.shift() ?? answered('');
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    clock: { now: () => 1_000, monotonic: () => (tick += 7) },
    onRequest: (record) => records.push(record),
    onFault: (fault) => faults.push(fault),
  });
  return { drive, sent, records, faults };
}

function* submitting(request: UpstreamRequest, outcome: SubmitOutcome): Exchange<SubmitOutcome> {
  yield request;
  return outcome;
}

/** Returns what it was handed. */
function* echo(request: UpstreamRequest): Exchange<string> {
  const response = yield request;
  return JSON.stringify(response);
}

function* throwing(requests: UpstreamRequest[], message: string): Exchange<SubmitOutcome> {
  for (const request of requests) yield request;
  throw new Error(message);
}

function textOf(outcome: string | QuestionFailed): string {
  return typeof outcome === 'string' ? outcome : JSON.stringify(outcome);
}

describe('how a request leaves', () => {
  test('under the base URL with its prefix, with limits, no redirects, the operator’s trust', async () => {
    const { drive, sent } = rig([answered('{}')]);
    await drive.runSubmit(submitting(post, accepted), path);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.vendor.example/prefix/create',
      body: '{}',
      redirects: 0,
      trust: 'configured',
      limits: { connectMs: 5_000, headersMs: 20_000, idleMs: 15_000, totalMs: 60_000, maxBytes: 1_048_576 },
    });
    expect(sent[0]?.headers).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer key-0123456789',
    });
    expect(upstreamLimits.maxBytes).toBe(1_048_576);
  });

  test('an absolute address on another origin is not the operator’s', async () => {
    const { drive, sent } = rig([answered(''), answered('')]);
    await drive.run(echo({ ...get, url: 'https://elsewhere.example/x' }), path);
    await drive.run(echo({ ...get, url: 'https://api.vendor.example/x' }), path);
    expect(sent.map((request) => request.trust)).toEqual(['given', 'configured']);
  });

  test.each(['//elsewhere.example/x', 'ftp://api.vendor.example/x', 'tasks', ''])(
    '%j is never sent',
    async (url) => {
      const { drive, sent } = rig([]);
      const { outcome } = await drive.run(echo({ ...get, url }), path);
      expect(sent).toEqual([]);
      expect(textOf(outcome)).toContain('not_sent');
    },
  );
});

describe('how an answer comes back', () => {
  test('decoded as UTF-8, header names in lower case, broken bytes survived', async () => {
    const { drive } = rig([
      answered(Uint8Array.from([0x7b, 0xc3, 0xa9, 0xff, 0x7d]), 302, { 'Retry-After': '3' }),
    ]);
    const { outcome } = await drive.run(echo(get), path);
    expect(JSON.parse(textOf(outcome))).toEqual({
      kind: 'answered',
      status: 302,
      headers: { 'retry-after': '3' },
      text: '{é\ufffd}',
    });
  });

  test('credentials are masked in everything that an adapter gets to see', async () => {
    const { drive, records } = rig([
      answered('no key-0123456789 here', 401, { 'www-authenticate': 'key-0123456789' }),
      { kind: 'lost', reason: 'reset', detail: 'while sending whsec_abcdefgh' },
    ]);
    const first = await drive.run(echo(get), path);
    const second = await drive.run(echo({ ...get, url: '/tasks?token=hidden&task_ids=1,2' }), path);
    const all = textOf(first.outcome) + textOf(second.outcome) + JSON.stringify(records);
    expect(all).not.toMatch(/key-0123456789|whsec_abcdefgh|hidden/);
    expect(all).toContain('[redacted]');
    expect(records[1]?.url).toBe('https://api.vendor.example/prefix/tasks?token=redacted&task_ids=1,2');
  });

  test('each request leaves a record', async () => {
    const { drive, records } = rig([answered('abc', 201)]);
    const { exchanges } = await drive.runSubmit(submitting(post, accepted), path);
    expect(exchanges).toEqual([
      {
        operation: 'submit',
        billable: true,
        method: 'POST',
        url: 'https://api.vendor.example/prefix/create',
        result: 'answered',
        status: 201,
        reason: null,
        sentAtMs: 1_000,
        durationMs: 7,
        bytes: 3,
        request: '{}',
        response: 'abc',
      },
    ]);
    expect(records).toEqual(exchanges);
  });
});

describe('once the billable request may have left, nothing but accepted, refused or unknown', () => {
  test('a mapping that throws afterwards is unknown, and reported as a fault without secrets', async () => {
    const { drive, faults } = rig([answered('{}')]);
    const { outcome } = await drive.runSubmit(throwing([post], 'cannot read key-0123456789'), path);
    expect(outcome).toEqual({ kind: 'unknown', reason: 'the adapter failed: cannot read [redacted]' });
    expect(faults).toEqual([
      { path: 'main', operation: 'submit', message: 'the adapter failed: cannot read [redacted]' },
    ]);
  });

  test('a mapping that throws before it was sent is not sent', async () => {
    const { drive } = rig([]);
    expect((await drive.runSubmit(throwing([], 'bug'), path)).outcome.kind).toBe('not_sent');
  });

  test('it stays not sent when the request provably never left', async () => {
    const { drive } = rig([{ kind: 'not_sent', reason: 'dns', detail: 'no such name' }]);
    expect((await drive.runSubmit(throwing([post], 'bug'), path)).outcome.kind).toBe('not_sent');
  });

  test('an outbound client that throws may have sent', async () => {
    const { drive } = rig([new Error('socket')]);
    expect((await drive.runSubmit(throwing([post], 'bug'), path)).outcome.kind).toBe('unknown');
  });

  test('an adapter that reports sent as not sent is overruled', async () => {
    const { drive } = rig([{ kind: 'lost', reason: 'timeout', detail: '' }]);
    const { outcome } = await drive.runSubmit(submitting(post, { kind: 'not_sent', reason: 'x' }), path);
    expect(outcome.kind).toBe('unknown');
  });

  test('an adapter cannot report a task that was never asked for', async () => {
    const { drive } = rig([{ kind: 'not_sent', reason: 'tls', detail: '' }]);
    expect((await drive.runSubmit(submitting(post, accepted), path)).outcome.kind).toBe('not_sent');
  });

  test('a second billable request is not sent', async () => {
    const { drive, sent, faults } = rig([answered('{}'), answered('{}')]);
    const { outcome } = await drive.runSubmit(throwing([post, post], 'unreached'), path);
    expect(outcome.kind).toBe('unknown');
    expect(sent).toHaveLength(1);
    expect(faults[0]?.message).toContain('second billable');
  });

  test('listeners that throw change nothing', async () => {
    const drive = createDrive({
      outbound: { request: async () => answered('{}') },
      clock: { now: () => 0, monotonic: () => 0 },
      onRequest: () => {
        throw new Error('metrics');
      },
      onFault: () => {
        throw new Error('log');
      },
    });
    expect((await drive.runSubmit(submitting(post, accepted), path)).outcome).toEqual(accepted);
    expect((await drive.runSubmit(throwing([post], 'bug'), path)).outcome.kind).toBe('unknown');
  });
});

describe('free questions', () => {
  test('a billable request inside one is not sent', async () => {
    const { drive, sent } = rig([]);
    const { outcome } = await drive.run(echo(post), path);
    expect(sent).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });

  test('a mapping that throws fails the question', async () => {
    const { drive } = rig([answered('')]);
    const { outcome } = await drive.run(throwing([get], 'bug'), path);
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });

  test('one that never ends is stopped', async () => {
    function* endless(): Exchange<QuestionFailed> {
      for (;;) yield get;
    }
    const { drive, sent } = rig([]);
    expect((await drive.run(endless(), path)).outcome.kind).toBe('question_failed');
    expect(sent).toHaveLength(100);
  });
});
