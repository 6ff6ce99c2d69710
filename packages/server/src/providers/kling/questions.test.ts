import { describe, expect, test } from 'vitest';
import { answer, lost, observed, play } from '../conformance/play.ts';
import type { Exchange, StoredHandle, UpstreamRequest, UpstreamResponse } from '../contract.ts';
import { kling } from './adapter.ts';
import { orderOf } from './testing/orders.ts';
import { ids, klingSubject, paths, upstreamId } from './testing/subject.ts';

const subject = klingSubject();

function stored(at: number, generation: 'new' | 'legacy' = 'new'): StoredHandle {
  const handle = { v: 1, generation, taskId: String(at), watermark: false, path: '/v1/videos/text2video' };
  return { attemptId: `a${at}`, correlationId: `c${at}`, handle };
}

const count = (length: number) => Array.from({ length }, (_, at) => at + 1);
const record = (id: number, external = `c${id}`) => ({
  id: String(id),
  status: 'processing',
  external_id: external,
});
const listOf = (records: unknown) => answer(JSON.stringify({ code: 0, data: records }));

/** Answers each request by a function of it. */
function ask<Outcome>(exchange: Exchange<Outcome>, respond: (request: UpstreamRequest) => UpstreamResponse) {
  const urls: string[] = [];
  let step = exchange.next();
  while (!step.done) {
    urls.push(step.value.url);
    step = exchange.next(respond(step.value));
  }
  return { urls, outcome: step.value };
}

/** Answers `GET /tasks` with a record for each id asked. */
function echoTasks(request: UpstreamRequest): UpstreamResponse {
  const idsAsked = new URL(request.url, 'http://x').searchParams.get('task_ids')?.split(',') ?? [];
  return listOf(idsAsked.map((id) => record(Number(id))));
}

describe('observe on the new generation', () => {
  test('twenty ids in one question, more in several', () => {
    const { urls, outcome } = ask(
      kling.observe(
        paths.new,
        count(45).map((at) => stored(at)),
      ),
      echoTasks,
    );
    expect(urls).toHaveLength(3);
    expect(urls[0]).toBe(`/tasks?task_ids=${count(20).join(',')}`);
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    expect(outcome.observations.size).toBe(45);
  });

  test('an id that makes the vendor choke does not blind us to its neighbours', () => {
    const handles = count(8).map((at) => stored(at));
    const { outcome, urls } = ask(kling.observe(paths.new, handles), (request) => {
      const bad = /[=,]5(?:,|$)/.test(request.url);
      return bad ? answer('{"code":1201,"message":"bad id"}', 400) : echoTasks(request);
    });
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    expect([...outcome.observations.keys()].sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'a6', 'a7', 'a8']);
    expect(urls.length).toBeLessThan(8);
  });

  test('a missing task is not found only when every record could be read and was asked for', () => {
    const handles = [stored(1), stored(2)];
    const missing = play(kling.observe(paths.new, handles), listOf([record(1)])).outcome;
    if (missing.kind !== 'observed') throw new Error(missing.kind);
    expect(missing.observations.get('a2')?.status).toBe('not_found');
    for (const stray of [{ nonsense: true }, record(99), null]) {
      const { outcome } = play(kling.observe(paths.new, handles), listOf([record(1), stray]));
      if (outcome.kind !== 'observed') throw new Error(outcome.kind);
      expect([...outcome.observations.keys()]).toEqual(['a1']);
    }
  });

  test('a record of another attempt is not believed', () => {
    const { outcome } = play(kling.observe(paths.new, [stored(1)]), listOf([record(1, 'c2')]));
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    expect(outcome.observations.get('a1')).toMatchObject({
      status: 'unrecognised',
      word: 'another external id',
    });
  });

  test('an answer about strangers only is a failed question', () => {
    const { outcome } = play(kling.observe(paths.new, [stored(1)]), listOf([record(7)]));
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });
});

describe('observe on the legacy generation', () => {
  const one = (id: string, status = 'processing') =>
    answer(JSON.stringify({ code: 0, data: { task_id: id, task_status: status } }));

  test('asks task by task on the path of the handle, and stops when the host fails', () => {
    const handles = count(3).map((at) => stored(at, 'legacy'));
    const { urls, outcome } = ask(kling.observe(paths.legacy, handles), ({ url }) =>
      url.endsWith('/2') ? answer('', 503) : one(url.split('/').at(-1) ?? ''),
    );
    expect(urls).toEqual(['/v1/videos/text2video/1', '/v1/videos/text2video/2']);
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    expect([...outcome.observations.keys()]).toEqual(['a1']);
  });

  test('another task in the answer is not believed', () => {
    const { outcome } = play(kling.observe(paths.legacy, [stored(1, 'legacy')]), one('2', 'succeed'));
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    expect(outcome.observations.get('a1')).toMatchObject({ status: 'unrecognised', word: 'another task id' });
  });

  test('a stored path that is none of ours leads to no request', () => {
    const handle = { v: 1, generation: 'legacy', taskId: '1', watermark: false, path: '/v1/account/delete' };
    const { requests, outcome } = play(kling.observe(paths.legacy, [{ ...stored(1), handle }]), lost);
    expect(requests).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'observed' });
  });

  test('a path that was switched still asks for tasks of both generations', () => {
    const handles = [stored(1), stored(2, 'legacy')];
    const { urls } = ask(kling.observe(paths.new, handles), () => lost);
    expect(urls).toEqual(['/tasks?task_ids=1', '/v1/videos/text2video/2']);
  });
});

describe('find: missing means never accepted, so doubt fails the question', () => {
  const queries = ['c1', 'c2'].map((correlationId) => ({ correlationId, order: orderOf(), sentAtMs: 0 }));

  test('one found, one not', () => {
    const { requests, outcome } = play(kling.find(paths.new, queries), listOf([record(1)]));
    expect(requests[0]?.url).toBe('/tasks?external_task_ids=c1,c2');
    if (outcome.kind !== 'found') throw new Error(outcome.kind);
    expect(outcome.items.get('c1')).toMatchObject({
      upstreamId: '1',
      handle: { v: 1, generation: 'new', taskId: '1', watermark: false },
      observation: { status: 'running', correlationId: 'c1' },
    });
    expect(outcome.items.has('c2')).toBe(false);
  });

  test.each([{ id: '1', status: 'processing' }, record(9, 'c9'), 'x'])('a stray %o', (stray) => {
    const { outcome } = play(kling.find(paths.new, queries), listOf([record(1), stray]));
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });

  test('legacy: one failed answer fails all', () => {
    const { outcome } = ask(kling.find(paths.legacy, queries), ({ url }) =>
      url.endsWith('c1')
        ? answer('{"code":1201,"message":"Task not found by id/external id: c1"}', 400)
        : lost,
    );
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unavailable' });
  });

  test('legacy: asks on the path of the order', () => {
    const order = orderOf({ model: 'kling-o1' });
    const query = [{ correlationId: 'a b', order, sentAtMs: 0 }];
    expect(play(kling.find(paths.legacy, query), lost).requests[0]?.url).toBe('/v1/videos/omni-video/a%20b');
  });
});

describe('what a finished task says', () => {
  const day = 86_400_000;
  const endMs = 1_790_000_000_000;
  const seen = (output: object, extra: object = {}) => {
    const task = { id: upstreamId, status: 'succeeded', external_id: ids.correlationId, update_time: endMs };
    const body = { code: 0, data: [{ ...task, outputs: [{ type: 'video', ...output }], ...extra }] };
    return observed(subject, 'new', answer(JSON.stringify(body)));
  };
  const url = 'https://v15-kling.klingai.com/a.mp4';
  const seconds = (ms: number) => Math.floor(ms / 1000);

  // How long links live besides is a term, kept as data.
  test.each([
    ['no time in the link', url, null],
    ['an earlier expiry', `${url}?expires=${seconds(endMs + day)}`, endMs + day],
    ['an earlier expiry of the CDN', `${url}?ksTime=${seconds(endMs + day).toString(16)}`, endMs + day],
    ['a later expiry', `${url}?Expires=${seconds(endMs + 90 * day)}`, endMs + 90 * day],
    ['the time of signing', `${url}?ksTime=${seconds(endMs - day).toString(16)}`, null],
    ['nonsense', `${url}?expires=never`, null],
  ])('%s', (_about, link, expiresAtMs) => {
    expect(seen({ url: link }).outputs).toMatchObject([{ url: link, expiresAtMs, livesFromMs: endMs }]);
  });

  test('without any time there is no expiry', () => {
    const { outputs } = seen({ url }, { update_time: null });
    expect(outputs).toMatchObject([{ expiresAtMs: null, livesFromMs: null }]);
  });

  test.each([
    ['5.041', 5.041],
    [5, 5],
    ['', null],
    ['long', null],
    [undefined, null],
  ])('duration %j is %s seconds', (duration, expected) => {
    expect(seen({ url, duration }).outputs[0]?.seconds).toBe(expected);
  });

  test('a link that is no web address is no clip', () => {
    expect(seen({ url: 'file:///etc/passwd' })).toMatchObject({ status: 'unrecognised', outputs: [] });
  });

  const unit = (amount: unknown) => ({ charge_type: 'unit', amount, package_type: 'video' });
  test.each([
    ['two packs add up', [unit('2.4'), unit(0.6)], { unit: 'unit', amountMicros: 3_000_000n }],
    ['more than six decimals round up', [unit('0.0000001')], { unit: 'unit', amountMicros: 1n }],
    [
      'units and cash have no one amount',
      [unit('1'), { charge_type: 'cash', amount: '1', currency: 'USD' }],
      null,
    ],
    ['an amount that is none', [unit('1e3')], null],
    ['nothing billed', [], null],
  ])('cost: %s', (_about, billing, expected) => {
    expect(seen({ url }, { billing }).cost).toEqual(expected);
  });

  test('the watermarked copy is delivered when it was ordered, and only then', () => {
    const order = orderOf({ watermark: true });
    const item = { id: '1', status: 'succeeded', external_id: 'c1', update_time: endMs };
    const marked = [{ ...item, outputs: [{ type: 'video', url, watermark_url: `${url}?mark` }] }];
    const found = play(
      kling.find(paths.new, [{ correlationId: 'c1', order, sentAtMs: 0 }]),
      listOf(marked),
    ).outcome;
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(found.items.get('c1')?.observation.outputs[0]?.url).toBe(`${url}?mark`);
    const plain = play(kling.observe(paths.new, [stored(1)]), listOf(marked)).outcome;
    if (plain.kind !== 'observed') throw new Error(plain.kind);
    expect(plain.observations.get('a1')?.outputs[0]?.url).toBe(url);
  });

  test('pictures and sounds beside the clip are not clips', () => {
    const outputs = [
      { type: 'image', url },
      { type: 'audio', url },
    ];
    expect(seen({ url }, { outputs })).toMatchObject({ status: 'unrecognised' });
  });
});
