import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { at, openDesk, text } from './testing/desk.ts';

const turbo = '/text-to-video/kling-3.0-turbo';
const order = (extra: { [name: string]: Json } = {}): Json => ({
  prompt: 'a lake',
  settings: { duration: 3 },
  ...extra,
});

describe('the life of a task', () => {
  test('submitted, processing, succeeded, each at its time', async () => {
    const desk = openDesk();
    const created = await desk.call('POST', turbo, order({ options: { external_task_id: 'mine' } }));
    expect(created.data).toMatchObject({
      status: 'submitted',
      create_time: desk.now(),
      update_time: desk.now(),
      external_id: 'mine',
    });
    const id = text(created.data, 'id') ?? '';
    expect(id).toMatch(/^\d{18}$/);
    expect(Number.isSafeInteger(Number(id))).toBe(false);
    const status = async (): Promise<string | undefined> =>
      text((await desk.call('GET', `/tasks?task_ids=${id}`)).data, 0, 'status');
    expect(await status()).toBe('submitted');
    desk.pass(999);
    expect(await status()).toBe('submitted');
    desk.pass(1);
    expect(await status()).toBe('processing');
    desk.pass(6_999);
    expect(await status()).toBe('processing');
    desk.pass(1);
    expect(await status()).toBe('succeeded');
  });

  test('held renders end when they are let go, and not before', async () => {
    const desk = openDesk({ settings: { holdRenders: true } });
    const id = await desk.create(turbo, order());
    const status = async (): Promise<string | undefined> =>
      text((await desk.call('GET', `/tasks?task_ids=${id}`)).data, 0, 'status');
    desk.pass(60_000);
    expect(await status()).toBe('processing');
    expect(desk.kling.nextChange()).toBeNull();
    await desk.call('POST', '/__emulator/settings', { settings: { holdRenders: false } });
    const released = desk.now();
    expect(await status()).toBe('succeeded');
    desk.pass(1);
    const { data } = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(at(data, 0, 'update_time')).toBe(released);
  });

  test('the finished record, in full', async () => {
    const desk = openDesk();
    const start = desk.now();
    const id = await desk.create(turbo, order({ options: { external_task_id: 'mine' } }));
    desk.pass(60_000);
    const answered = await desk.call('GET', '/tasks?external_task_ids=mine');
    expect(answered.data).toEqual([
      {
        id,
        status: 'succeeded',
        message: '',
        create_time: start,
        update_time: start + 8_000,
        external_id: 'mine',
        outputs: [
          {
            type: 'video',
            id: expect.stringMatching(/^\d{18}$/),
            url: expect.stringMatching(/^http:\/\/vendor\.test\/outputs\/\d+\.mp4\?expires=\d+&sign=\w+$/),
            duration: '3.041',
          },
        ],
        billing: [{ charge_type: 'unit', amount: '2.4', package_type: 'video' }],
      },
    ]);
  });

  test('what is not given is left out, and a watermark adds a second file', async () => {
    const desk = openDesk();
    const id = await desk.create(turbo, order({ options: { watermark_info: { enabled: true } } }));
    const open = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(at(open.data, 0)).toMatchObject({ outputs: [], billing: [] });
    expect(at(open.data, 0)).not.toHaveProperty('external_id');
    desk.pass(60_000);
    const done = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(text(done.data, 0, 'outputs', 0, 'watermark_url')).toContain('-watermark.mp4');
  });

  test('a moderated prompt fails late, with status 200 and code 0, and costs nothing', async () => {
    const desk = openDesk();
    const id = await desk.create(turbo, order({ prompt: 'x [moderate]' }));
    desk.pass(60_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect([answered.status, answered.code]).toEqual([200, 0]);
    expect(at(answered.data, 0)).toMatchObject({
      status: 'failed',
      message: 'Failure to pass the risk control system',
      outputs: [],
      billing: [],
    });
    expect(desk.kling.state.accounts[0]?.packs[0]?.remaining).toBe(1_000_000n);
  });

  test('a refused prompt is 1301 and leaves nothing behind', async () => {
    const desk = openDesk();
    const answered = await desk.call('POST', turbo, order({ prompt: '[refuse]' }));
    expect([answered.status, answered.code]).toEqual([400, 1301]);
    expect(desk.kling.accepts).toHaveLength(0);
  });

  test('a bad media address is accepted and fails later, unbilled', async () => {
    const desk = openDesk();
    const id = await desk.create('/image-to-video/kling-3.0', {
      contents: [{ type: 'first_frame', url: 'http://nowhere.invalid/a.png' }],
      settings: { multi_shot: false },
    });
    desk.pass(60_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(at(answered.data, 0)).toMatchObject({ status: 'failed', billing: [] });
  });

  test('the next change is told, and nothing more after the last', async () => {
    const desk = openDesk();
    expect(desk.kling.nextChange()).toBeNull();
    await desk.create(turbo, order());
    expect(desk.kling.nextChange()).toBe(desk.now() + 1_000);
    desk.pass(1_000);
    desk.kling.dueCallbacks();
    expect(desk.kling.nextChange()).toBe(desk.now() + 7_000);
    desk.pass(7_000);
    desk.kling.dueCallbacks();
    expect(desk.kling.nextChange()).toBeNull();
  });
});

describe('external ids', () => {
  test('a repeated one is refused at once and later, on both generations and across products', async () => {
    const desk = openDesk();
    await desk.create(turbo, order({ options: { external_task_id: 'same' } }));
    const expected = [400, 1201, 'External_task_id same already exists'];
    const again = await desk.call('POST', turbo, order({ options: { external_task_id: 'same' } }));
    expect([again.status, again.code, again.message]).toEqual(expected);
    desk.pass(780_000);
    const legacy = await desk.call('POST', '/v1/videos/text2video', {
      model_name: 'kling-v3',
      prompt: 'a',
      external_task_id: 'same',
    });
    expect([legacy.status, legacy.code, legacy.message]).toEqual(expected);
    expect(desk.kling.accepts).toHaveLength(1);
  });

  test('a failed original frees it only when that is switched on', async () => {
    for (const freed of [false, true]) {
      const desk = openDesk({ settings: { externalIdFreedByFailure: freed } });
      const body = order({ prompt: '[moderate]', options: { external_task_id: 'x' } });
      await desk.create(turbo, body);
      desk.pass(60_000);
      expect((await desk.call('POST', turbo, body)).code).toBe(freed ? 0 : 1201);
    }
  });

  test('two accounts may use the same, and neither sees the other', async () => {
    const pack = { name: 'p', type: 'video', units: '10', concurrency: 1 } as const;
    const desk = openDesk({
      accounts: [
        { apiKeys: ['key-1'], packs: [pack] },
        { apiKeys: ['key-9'], packs: [pack] },
      ],
    });
    const id = await desk.create(turbo, order({ options: { external_task_id: 'x' } }));
    const other = await desk.call('POST', turbo, order({ options: { external_task_id: 'x' } }), 'key-9');
    expect(other.code).toBe(0);
    expect((await desk.call('GET', `/tasks?task_ids=${id}`, undefined, 'key-9')).data).toEqual([]);
  });
});

describe('queries', () => {
  test('twenty ids pass, twenty-one do not, both kinds together neither', async () => {
    const desk = openDesk();
    const ids = (count: number): string => Array.from({ length: count }, (_, id) => String(id)).join(',');
    expect((await desk.call('GET', `/tasks?task_ids=${ids(20)}`)).data).toEqual([]);
    const over = await desk.call('GET', `/tasks?task_ids=${ids(21)}`);
    expect([over.status, over.code, over.message]).toEqual([
      400,
      1201,
      'task_ids and external_task_ids cannot exceed 20 in total',
    ]);
    expect((await desk.call('GET', '/tasks?task_ids=1&external_task_ids=2')).code).toBe(1201);
    expect((await desk.call('GET', '/tasks')).code).toBe(1201);
  });

  test('the list pages through everything once, newest first', async () => {
    const desk = openDesk();
    const ids: string[] = [];
    for (let number = 0; number < 5; number++) {
      ids.push(await desk.create(turbo, order()));
      desk.pass(20_000);
    }
    const seen: Json[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.call(
        'POST',
        '/tasks',
        cursor === undefined ? { limit: 2 } : { cursor, limit: 2 },
      );
      const result = at(page.data, 'result');
      seen.push(...(Array.isArray(result) ? result : []).map((record) => text(record, 'id') ?? ''));
      expect(at(page.data, 'has_more')).toBe(seen.length < 5);
      cursor = text(page.data, 'next_cursor');
    } while (cursor !== undefined && cursor !== '');
    expect(seen).toEqual(ids.toReversed());
  });

  test('the list filters by time, given as text or number, and by status', async () => {
    const desk = openDesk();
    await desk.create(turbo, order());
    desk.pass(20_000);
    const late = await desk.create(turbo, order());
    const since = desk.now();
    for (const start_time of [since, String(since)]) {
      const page = await desk.call('POST', '/tasks', { start_time });
      expect(at(page.data, 'count')).toBe(1);
      expect(text(page.data, 'result', 0, 'id')).toBe(late);
    }
    const open = await desk.call('POST', '/tasks', { filters: [{ key: 'status', values: ['submitted'] }] });
    expect(text(open.data, 'result', 0, 'id')).toBe(late);
    expect(at(open.data, 'count')).toBe(1);
    const images = await desk.call('POST', '/tasks', {
      filters: [{ key: 'product_type', values: ['image'] }],
    });
    expect(at(images.data, 'count')).toBe(0);
    expect((await desk.call('POST', '/tasks', { limit: 501 })).code).toBe(1201);
    expect((await desk.call('POST', '/tasks', { cursor: 'nonsense' })).code).toBe(1201);
  });
});

describe('the legacy generation', () => {
  const path = '/v1/videos/text2video';
  const body = { model_name: 'kling-v3', prompt: 'a', duration: '3', external_task_id: 'old' };

  test('speaks its own words, and both its ids find the task', async () => {
    const desk = openDesk();
    const created = await desk.call('POST', path, body);
    expect(created.data).toMatchObject({
      task_id: expect.stringMatching(/^\d{18}$/),
      task_status: 'submitted',
      task_info: { external_task_id: 'old' },
      created_at: desk.now(),
      updated_at: desk.now(),
    });
    desk.pass(60_000);
    const id = text(created.data, 'task_id');
    for (const name of [id, 'old']) {
      const answered = await desk.call('GET', `${path}/${name}`);
      expect(answered.data).toMatchObject({
        task_id: id,
        task_status: 'succeed',
        task_status_msg: '',
        final_unit_deduction: '1.8',
        watermark_info: { enabled: false },
        task_result: { videos: [{ duration: '3.041' }] },
      });
    }
  });

  test('an unknown id is an error here, and a task of another product is unknown', async () => {
    const desk = openDesk();
    const id = await desk.create(path, body);
    const unknown = await desk.call('GET', `${path}/nope`);
    expect([unknown.status, unknown.code, unknown.message]).toEqual([
      400,
      1201,
      'Task not found by id/external id: nope',
    ]);
    expect((await desk.call('GET', `/v1/videos/image2video/${id}`)).code).toBe(1201);
  });

  test('its tasks show on the new path in the new shape; the reverse needs a switch', async () => {
    const desk = openDesk();
    const old = await desk.create(path, body);
    const recent = await desk.create('/text-to-video/kling-3.0', order());
    desk.pass(60_000);
    const both = await desk.call('GET', `/tasks?task_ids=${old},${recent}`);
    expect(at(both.data, 0)).toMatchObject({ id: old, status: 'succeeded', external_id: 'old' });
    expect((await desk.call('GET', `${path}/${recent}`)).code).toBe(1201);
    desk.kling.settings.newTasksOnLegacy = true;
    expect((await desk.call('GET', `${path}/${recent}`)).data).toMatchObject({ task_status: 'succeed' });
  });

  test('the numbered pages are a plain array', async () => {
    const desk = openDesk();
    const first = await desk.create(path, { ...body, external_task_id: 'a' });
    desk.pass(1);
    const second = await desk.create(path, { ...body, external_task_id: 'b' });
    const pages = await desk.call('GET', `${path}?pageNum=1&pageSize=1`);
    expect(pages.data).toHaveLength(1);
    expect(text(pages.data, 0, 'task_id')).toBe(second);
    expect(text((await desk.call('GET', `${path}?pageNum=2&pageSize=1`)).data, 0, 'task_id')).toBe(first);
    expect((await desk.call('GET', `${path}?pageSize=501`)).code).toBe(1201);
    expect((await desk.call('GET', `${path}?pageNum=0`)).code).toBe(1201);
  });
});
