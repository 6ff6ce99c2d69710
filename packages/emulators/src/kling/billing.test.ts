import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import type { KlingAccountOptions, KlingPackOptions } from './account.ts';
import { at, type Desk, openDesk, text } from './testing/desk.ts';
import { formatUnits, parseUnits } from './units.ts';

const pack = (extra: Partial<KlingPackOptions> = {}): KlingPackOptions => ({
  name: 'Pack',
  type: 'video',
  units: '100',
  concurrency: 5,
  ...extra,
});
const withPacks = (...packs: KlingPackOptions[]): { accounts: KlingAccountOptions[] } => ({
  accounts: [{ name: 'team', apiKeys: ['key-1'], packs }],
});
const turbo = '/text-to-video/kling-3.0-turbo';
const threeSeconds = { prompt: 'a', settings: { duration: 3 } };
const left = (desk: Desk, number = 0): string => {
  const found = desk.kling.state.accounts[0]?.packs[number];
  return found === undefined ? 'no pack' : formatUnits(found.remaining);
};

describe('units', () => {
  test.each(['0', '0.6', '2.4', '100', '0.05', '12.125', '-1.5'])('%s reads back', (written) => {
    expect(formatUnits(parseUnits(written))).toBe(written);
  });
  test('trailing zeros go', () => expect(formatUnits(parseUnits('3.000'))).toBe('3'));
});

describe('what a task costs', () => {
  const contents = (...parts: Json[]): Json[] => [{ type: 'prompt', text: 'a' }, ...parts];
  const frame = { type: 'first_frame', url: 'https://media.test/a.png' };
  const base = { type: 'base_video', url: 'https://media.test/a.mp4', id: 'v' };
  const feature = { type: 'feature_video', url: 'https://media.test/a.mp4', id: 'v' };
  const motion = [
    { type: 'image', url: 'https://media.test/a.png' },
    { type: 'video', url: 'https://media.test/a.mp4' },
  ];
  const voice = { type: 'voice', voice_id: '829824295735410756', id: 'x' };
  const cases: [string, string, Json, string][] = [
    ['turbo 3 s', turbo, threeSeconds, '2.4'],
    ['turbo 1080p', turbo, { prompt: 'a', settings: { duration: 3, resolution: '1080p' } }, '3'],
    ['3.0 silent', '/text-to-video/kling-3.0', { prompt: 'a' }, '3'],
    ['3.0 native', '/text-to-video/kling-3.0', { prompt: 'a', settings: { audio: 'native' } }, '4.5'],
    ['3.0 4k', '/text-to-video/kling-3.0', { prompt: 'a', settings: { resolution: '4k' } }, '15'],
    [
      'omni silent 3 s',
      '/omni-video/kling-3.0-omni',
      { contents: contents(), settings: { duration: 3 } },
      '1.8',
    ],
    [
      'omni native',
      '/omni-video/kling-3.0-omni',
      { contents: contents(), settings: { audio: 'native' } },
      '4',
    ],
    ['omni edit', '/omni-video/kling-3.0-omni', { contents: contents(base) }, '4.5'],
    ['omni with a feature video', '/omni-video/kling-3.0-omni', { contents: contents(feature) }, '4.5'],
    ['o1', '/omni-video/kling-o1', { contents: contents(frame) }, '3'],
    [
      'o1 edit 1080p',
      '/omni-video/kling-o1',
      { contents: contents(base), settings: { resolution: '1080p' } },
      '6',
    ],
    [
      'motion 3.0',
      '/motion-control/kling-3.0',
      { contents: motion, settings: { character_orientation: 'image' } },
      '4.5',
    ],
    [
      'motion 2.6 1080p',
      '/motion-control/kling-2.6',
      { contents: motion, settings: { character_orientation: 'image', resolution: '1080p' } },
      '4',
    ],
    ['2.6 silent', '/text-to-video/kling-2.6', { prompt: 'a' }, '1.5'],
    [
      '2.6 native',
      '/text-to-video/kling-2.6',
      { prompt: 'a', settings: { audio: 'native', resolution: '1080p' } },
      '5',
    ],
    [
      '2.6 voice',
      '/image-to-video/kling-2.6',
      { contents: [frame, voice], settings: { audio: 'native', resolution: '1080p' } },
      '6',
    ],
    ['2.5 turbo', '/text-to-video/kling-2.5-turbo', { prompt: 'a' }, '1.5'],
    [
      'legacy v3 4k',
      '/v1/videos/text2video',
      { model_name: 'kling-v3', prompt: 'a', duration: '3', mode: '4k' },
      '9',
    ],
  ];
  test.each(cases)('%s', async (_name, path, body, expected) => {
    const desk = openDesk();
    const id = await desk.create(path, body);
    expect(left(desk)).toBe('1000');
    desk.pass(600_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(text(answered.data, 0, 'billing', 0, 'amount')).toBe(expected);
    expect(left(desk)).toBe(formatUnits(parseUnits('1000') - parseUnits(expected)));
  });
});

describe('packs', () => {
  test('nothing is taken at submit, the exact amount at success, in order of expiry', async () => {
    const desk = openDesk(
      withPacks(pack({ units: '10', name: 'Late' }), pack({ units: '3', validUntil: Date.UTC(2026, 10, 1) })),
    );
    await desk.create(turbo, threeSeconds);
    expect([left(desk, 0), left(desk, 1)]).toEqual(['10', '3']);
    desk.pass(60_000);
    await desk.create(turbo, threeSeconds);
    expect([left(desk, 0), left(desk, 1)]).toEqual(['10', '0.6']);
    desk.pass(60_000);
    await desk.call('GET', '/tasks?task_ids=1');
    expect([left(desk, 0), left(desk, 1)]).toEqual(['8.2', '0']);
  });

  test('1102 when the units do not reach, those of running tasks counted', async () => {
    const desk = openDesk(withPacks(pack({ units: '4.8' })));
    await desk.create(turbo, threeSeconds);
    await desk.create(turbo, threeSeconds);
    const third = await desk.call('POST', turbo, threeSeconds);
    expect([third.status, third.code, third.message]).toEqual([429, 1102, 'Account balance not enough']);
    expect(third.body).not.toHaveProperty('data');
    desk.pass(60_000);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(1102);
  });

  test('a failed task gives its units back to the next', async () => {
    const desk = openDesk(withPacks(pack({ units: '2.4' })));
    await desk.create(turbo, { ...threeSeconds, prompt: '[moderate]' });
    desk.pass(60_000);
    await desk.create(turbo, threeSeconds);
  });

  test('a pack for pictures, one not yet in force and one that has ended do not count', async () => {
    const now = Date.UTC(2026, 9, 1);
    const packs = [
      pack({ type: 'image' }),
      pack({ validFrom: now + 1_000 }),
      pack({ validFrom: now - 2_000, validUntil: now }),
    ];
    const desk = openDesk(withPacks(...packs));
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(1102);
    desk.pass(1_000);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(0);
  });

  test('shape is judged before balance, balance before slots', async () => {
    const desk = openDesk(withPacks(pack({ units: '0' })));
    expect((await desk.call('POST', turbo, { settings: {} })).code).toBe(1201);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(1102);
  });
});

describe('slots', () => {
  test('the highest pack counts, held to the end, and 1303 carries no data', async () => {
    const desk = openDesk(withPacks(pack({ concurrency: 2 }), pack({ concurrency: 3 })));
    for (let slot = 0; slot < 3; slot++) await desk.create(turbo, threeSeconds);
    const over = await desk.call('POST', turbo, threeSeconds);
    expect([over.status, over.code, over.message]).toEqual([
      429,
      1303,
      'parallel task over resource pack limit',
    ]);
    expect(over.body).not.toHaveProperty('data');
    expect(desk.kling.accepts).toHaveLength(3);
    desk.pass(7_999);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(1303);
    desk.pass(1);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(0);
  });

  test('each model version has its own; both generations of one share it', async () => {
    const desk = openDesk(withPacks(pack({ concurrency: 1 })));
    await desk.create('/text-to-video/kling-3.0', { prompt: 'a' });
    await desk.create(turbo, threeSeconds);
    const legacy = { model_name: 'kling-v3', prompt: 'a' };
    expect((await desk.call('POST', '/v1/videos/text2video', legacy)).code).toBe(1303);
  });

  test('a task that never ends holds its slot for ever', async () => {
    const desk = openDesk(withPacks(pack({ concurrency: 1 })));
    await desk.create(turbo, { ...threeSeconds, prompt: '[never]' });
    desk.pass(10 * 24 * 3_600_000);
    expect((await desk.call('POST', turbo, threeSeconds)).code).toBe(1303);
  });
});

describe('the account endpoints', () => {
  test('costs come in a second envelope, with numbers', async () => {
    const desk = openDesk(withPacks(pack({ name: 'Trial-Video-100Units-5Con-1Months' })));
    await desk.create(turbo, threeSeconds);
    desk.pass(60_000);
    const answered = await desk.call('GET', `/account/costs?start_time=0&end_time=${desk.now()}`);
    expect(answered.data).toMatchObject({
      code: 0,
      resource_pack_subscribe_infos: [
        {
          resource_pack_name: 'Trial-Video-100Units-5Con-1Months',
          resource_pack_type: 'decreasing_total',
          total_quantity: 100,
          remaining_quantity: 97.6,
          status: 'online',
        },
      ],
    });
    desk.kling.settings.costsLagMs = 12 * 3_600_000;
    const late = await desk.call('GET', `/account/costs?start_time=0&end_time=${desk.now()}`);
    expect(at(late.data, 'resource_pack_subscribe_infos', 0, 'remaining_quantity')).toBe(100);
    expect((await desk.call('GET', '/account/costs')).code).toBe(1201);
  });

  test('deductions are listed one by one, in pages', async () => {
    const desk = openDesk(withPacks(pack()));
    const ids: string[] = [];
    for (let number = 0; number < 3; number++) {
      ids.push(await desk.create(turbo, threeSeconds));
      desk.pass(60_000);
    }
    const span = { start_time: 0, end_time: desk.now(), limit: 2 };
    const first = await desk.call('POST', '/account/billing/package', span);
    expect(at(first.data, 'result', 'detail', 0)).toMatchObject({
      task_id: ids[0],
      model_name: 'kling-3.0-turbo',
      unit_before_deduction: 100,
      deduction_amount: 2.4,
      unit_after_deduction: 97.6,
    });
    expect(at(first.data, 'has_more')).toBe(true);
    const cursor = text(first.data, 'next_cursor') ?? '';
    const rest = await desk.call('POST', '/account/billing/package', { cursor });
    expect(text(rest.data, 'result', 'detail', 0, 'task_id')).toBe(ids[2]);
    const both = [
      { key: 'package_name', values: ['Pack'] },
      { key: 'package_id', values: ['x'] },
    ];
    expect((await desk.call('POST', '/account/billing/package', { ...span, filters: both })).code).toBe(1201);
    const none = [{ key: 'product_type', values: ['image'] }];
    const images = await desk.call('POST', '/account/billing/package', { ...span, filters: none });
    expect(at(images.data, 'result', 'count')).toBe(0);
  });
});
