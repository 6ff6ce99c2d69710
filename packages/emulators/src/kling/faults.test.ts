import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import type { ExchangeFault, FaultChance } from './faults.ts';
import { at, openDesk, text } from './testing/desk.ts';

const turbo = '/text-to-video/kling-3.0-turbo';
const order = (externalId = 'x', prompt = 'a'): Json => ({
  prompt,
  settings: { duration: 3 },
  options: { external_task_id: externalId },
});

describe('faults of a create', () => {
  const cases: [string, ExchangeFault, number, Json | undefined, number][] = [
    ['1302', { do: 'refuse', code: 1302 }, 429, 1302, 0],
    ['1304', { do: 'refuse', code: 1304 }, 429, 1304, 0],
    ['5001', { do: 'refuse', code: 5001 }, 503, 5001, 0],
    ['5000 after the fact', { do: 'refuse', code: 5000, accept: true }, 500, 5000, 1],
    ['5002 after the fact', { do: 'refuse', code: 5002, accept: true }, 504, 5002, 1],
    ['cut before', { do: 'drop' }, 0, undefined, 0],
    ['cut after', { do: 'drop', accept: true }, 0, undefined, 1],
    ['HTML', { do: 'html' }, 200, undefined, 0],
    ['HTML after the fact', { do: 'html', accept: true }, 200, undefined, 1],
    ['a code in a 200', { do: 'code-in-200', code: 1303 }, 200, 1303, 0],
    ['slow', { do: 'slow', ms: 10 }, 200, 0, 1],
    ['anything', { do: 'answer', status: 204, contentType: 'text/plain', body: '' }, 204, undefined, 0],
  ];
  test.each(cases)('%s', async (_name, fault, status, code, accepts) => {
    const desk = openDesk();
    desk.kling.faults.next('create', fault);
    const answered = await desk.call('POST', turbo, order());
    expect([answered.status, answered.code]).toEqual([status, code]);
    expect(desk.kling.accepts).toHaveLength(accepts);
    const found = await desk.call('GET', '/tasks?external_task_ids=x');
    expect(found.data).toHaveLength(accepts);
    // The fault is used up: the same order again is a duplicate, or goes through.
    const again = await desk.call('POST', turbo, order());
    expect(again.code).toBe(accepts === 0 ? 0 : 1201);
    expect(desk.kling.accepts).toHaveLength(1);
  });

  test('an order that is refused anyway keeps its own refusal', async () => {
    const desk = openDesk();
    desk.kling.faults.next('create', { do: 'refuse', code: 5002, accept: true });
    expect((await desk.call('POST', turbo, { settings: {} })).code).toBe(1201);
  });

  test('a refusal may name a time to wait', async () => {
    const desk = openDesk();
    desk.kling.faults.next('query', { do: 'refuse', code: 1302, retryAfterSeconds: 7 });
    const answer = await desk.raw('GET', '/tasks?task_ids=1', { authorization: 'Bearer key-1' });
    expect(answer.headers['retry-after']).toBe('7');
  });
});

describe('faults of a task', () => {
  const words = async (desk: ReturnType<typeof openDesk>, reads: number): Promise<(string | undefined)[]> => {
    const seen: (string | undefined)[] = [];
    for (let read = 0; read < reads; read++) {
      seen.push(text((await desk.call('GET', '/tasks?external_task_ids=x')).data, 0, 'status'));
    }
    return seen;
  };

  test('a flapping status ends with the truth, and has outputs only when it says so', async () => {
    const desk = openDesk();
    desk.kling.faults.next('task', { do: 'flap', words: ['succeeded', 'processing', 'failed'] });
    await desk.create(turbo, order());
    desk.pass(60_000);
    expect(await words(desk, 5)).toEqual(['succeeded', 'processing', 'failed', 'succeeded', 'succeeded']);
  });

  test('an unknown word, then the truth', async () => {
    const desk = openDesk();
    desk.kling.faults.next('task', { do: 'unknown-word', word: 'reviewing', reads: 2 });
    await desk.create(turbo, order());
    expect(await words(desk, 3)).toEqual(['reviewing', 'reviewing', 'submitted']);
  });

  test('a render shorter than ordered, one dearer than listed, one that takes twice the time', async () => {
    const desk = openDesk();
    desk.kling.faults.next('task', { do: 'short', seconds: 1 });
    desk.kling.faults.next('task', { do: 'charge', units: '9.9' });
    desk.kling.faults.next('task', { do: 'slow-render', factor: 2 });
    const [short, dear, slow] = [
      await desk.create(turbo, order('s')),
      await desk.create(turbo, order('d')),
      await desk.create(turbo, order('l')),
    ];
    desk.pass(8_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${short},${dear},${slow}`);
    expect(text(answered.data, 0, 'outputs', 0, 'duration')).toBe('1.041');
    expect(text(answered.data, 0, 'billing', 0, 'amount')).toBe('2.4');
    expect(text(answered.data, 1, 'billing', 0, 'amount')).toBe('9.9');
    expect(text(answered.data, 2, 'status')).toBe('processing');
    desk.pass(7_000);
    const later = await desk.call('GET', `/tasks?task_ids=${slow}`);
    expect(text(later.data, 0, 'status')).toBe('succeeded');
  });

  test('a failure with its own words, and a task without end', async () => {
    const desk = openDesk();
    desk.kling.faults.next('task', { do: 'fail', message: 'no luck' });
    desk.kling.faults.next('task', { do: 'never-finish' });
    const [failed, never] = [await desk.create(turbo, order('f')), await desk.create(turbo, order('n'))];
    desk.pass(40 * 24 * 3_600_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${failed},${never}`);
    expect(text(answered.data, 0, 'message')).toBe('no luck');
    expect(text(answered.data, 1, 'status')).toBe('processing');
    expect(desk.kling.nextChange()).toBeNull();
  });
});

describe('faults of a query', () => {
  test('a task is hidden once, or comes under a wrong id', async () => {
    const desk = openDesk();
    const id = await desk.create(turbo, order());
    desk.kling.faults.next('query', { do: 'hide' });
    expect((await desk.call('GET', `/tasks?task_ids=${id}`)).data).toEqual([]);
    desk.kling.faults.next('query', { do: 'swap' });
    const wrong = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(wrong.data).toHaveLength(1);
    expect(text(wrong.data, 0, 'id')).not.toBe(id);
  });

  test('two tasks change places', async () => {
    const desk = openDesk();
    const [one, two] = [
      await desk.create(turbo, order('1')),
      await desk.create(turbo, order('2', '[moderate]')),
    ];
    desk.pass(60_000);
    desk.kling.faults.next('query', { do: 'swap' });
    const answered = await desk.call('GET', `/tasks?task_ids=${one},${two}`);
    expect(at(answered.data, 0)).toMatchObject({ id: two, external_id: '2', status: 'succeeded' });
    expect(at(answered.data, 1)).toMatchObject({ id: one, external_id: '1', status: 'failed' });
  });
});

describe('chance', () => {
  test('draws come from the given randomness, and healing ends them', async () => {
    const chances: FaultChance[] = [{ at: 'create', chance: 0.5, fault: { do: 'refuse', code: 1302 } }];
    const outcomes = async (): Promise<(Json | undefined)[]> => {
      const desk = openDesk({ faults: chances });
      const codes: (Json | undefined)[] = [];
      for (let number = 0; number < 40; number++) {
        codes.push((await desk.call('POST', turbo, order(String(number)))).code);
        desk.pass(20_000);
      }
      desk.kling.faults.clear();
      for (let number = 40; number < 60; number++) {
        expect((await desk.call('POST', turbo, order(String(number)))).code).toBe(0);
        desk.pass(20_000);
      }
      return codes;
    };
    const first = await outcomes();
    expect(first.filter((code) => code === 1302).length).toBeGreaterThan(8);
    expect(first.filter((code) => code === 0).length).toBeGreaterThan(8);
    expect(await outcomes()).toEqual(first);
  });

  test('a script lasts as often as it says', async () => {
    const desk = openDesk();
    desk.kling.faults.next('create', { do: 'refuse', code: 1302 }, 2);
    desk.kling.faults.next('create', { do: 'refuse', code: 5001 }, Number.POSITIVE_INFINITY);
    const codes: (Json | undefined)[] = [];
    for (let number = 0; number < 5; number++) codes.push((await desk.call('POST', turbo, order())).code);
    expect(codes).toEqual([1302, 1302, 5001, 5001, 5001]);
    desk.kling.faults.clear('create');
    expect((await desk.call('POST', turbo, order())).code).toBe(0);
  });
});

describe('control over HTTP', () => {
  test('a script is applied as a whole or not at all', async () => {
    const desk = openDesk();
    const good = { at: 'create', fault: { do: 'refuse', code: 1302 } };
    const bad = await desk.call('POST', '/__emulator/faults', {
      next: [good, { at: 'create', fault: { do: 'nope' } }],
    });
    expect(bad.status).toBe(400);
    expect(desk.kling.faults.pending()).toEqual([]);
    const fine = await desk.call('POST', '/__emulator/faults', { next: [{ ...good, times: 'always' }] });
    expect(fine.body).toEqual({
      pending: [{ ...good, fault: { do: 'refuse', code: 1302, accept: false }, times: 'always' }],
    });
    expect((await desk.call('POST', turbo, order())).code).toBe(1302);
    await desk.call('POST', '/__emulator/faults', { clear: true });
    expect((await desk.call('POST', turbo, order())).code).toBe(0);
  });

  test('state, accepts and log are told, and settings can be turned', async () => {
    const desk = openDesk();
    const id = await desk.create(turbo, order());
    const accepts = await desk.call('GET', '/__emulator/accepts', undefined, null);
    expect(accepts.body).toEqual({
      accepts: [
        {
          at: desk.now(),
          account: 'team',
          id,
          externalId: 'x',
          endpoint: turbo,
          model: 'kling-3.0-turbo',
        },
      ],
    });
    const log = await desk.call('GET', '/__emulator/log');
    expect(log.body).toEqual({ exchanges: [{ at: desk.now(), method: 'POST', path: turbo, status: 200 }] });
    const changed = await desk.call('POST', '/__emulator/settings', {
      timing: { queueMs: 1 },
      settings: { newTasksOnLegacy: true },
      packs: [{ name: 'More', type: 'video', units: '5', concurrency: 50 }],
    });
    expect(changed.body).toMatchObject({ timing: { queueMs: 1 }, tasks: [{ id, status: 'submitted' }] });
    expect(desk.kling.state.accounts[0]?.packs).toHaveLength(2);
    expect((await desk.call('POST', '/__emulator/settings', { timing: { queueMS: 1 } })).status).toBe(400);
    expect((await desk.call('POST', '/__emulator/settings', { timing: { queueMs: 'x' } })).status).toBe(400);
  });
});
