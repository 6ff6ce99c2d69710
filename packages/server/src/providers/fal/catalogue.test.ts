/**
 * The newest generation against the catalogue: what is sold of Kling 4.0 must be possible here and must be priced, and
 * what is billed by the seconds of a video must come out as the vendor's page says.
 */
import { readFileSync } from 'node:fs';
import { CreateGeneration, Mode, ModelDefinition, type Order, PriceSheet } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { readOrder } from '../../decide/order.ts';
import { quote } from '../../decide/pricing.ts';
import { brokenRule } from '../../decide/rules.ts';
import { fal } from './adapter.ts';
import { falModels } from './models.ts';
import { inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { paths } from './testing/subject.ts';

const folder = new URL('../../../catalogue/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

const sheet = PriceSheet.parse(read('prices/fal-2026-11-22'));
const sold = ['kling-4.0', 'kling-4.0-flash'].map((id) => ModelDefinition.parse(read(`models/${id}`)));
const catalogue: Parameters<typeof readOrder>[1] = {
  models: sold,
  model: (name) => {
    const model = sold.find(({ id }) => id === name);
    return model ? { model, impliedMode: null, imageUrls: 'references' } : null;
  },
};

/** Every combination of what a client may choose, with the least inputs, and with one and with most of each role. */
function* ordersOf(model: (typeof sold)[number]): Generator<Order> {
  for (const mode of Mode.options) {
    const capability = model.modes[mode];
    if (!capability) continue;
    const roles = (Object.keys(capability.inputs) as (keyof typeof capability.inputs)[]).map((role) => ({
      role,
      count: capability.inputs[role] ?? { min: 0, max: 0 },
    }));
    const times = (role: Order['inputs'][number]['role'], most: number) =>
      Array.from({ length: most }, (_, at) => inputOf(role, `${role}_${at}`));
    const needed = roles.flatMap(({ role, count }) => times(role, count.min));
    const more = roles
      .filter(({ count }) => count.min < count.max)
      .flatMap(({ role, count }) => [1, count.max].map((most) => [...needed, ...times(role, most)]));
    for (const inputs of [needed, ...more]) {
      for (const resolution of capability.resolutions) {
        for (const multiShot of capability.multi_shot) {
          for (const seconds of capability.seconds?.allowed ?? [null]) {
            const shots = multiShot === 'custom' ? shotsFor(seconds ?? 5) : [];
            const aspectRatio = capability.aspect_ratio_default;
            const choice = { resolution, sound: 'on', multiShot, seconds, shots, aspectRatio } as const;
            yield orderOf({ model: model.id, mode, inputs, inputSeconds: 6, ...choice });
          }
        }
      }
    }
  }
}

test.each(sold.map((model) => [model.id, model] as const))(
  'sells nothing of %s that cannot be sent',
  (id, model) => {
    expect(Object.keys(model.modes).sort()).toEqual(Object.keys(falModels[id] ?? {}).sort());
    let tried = 0;
    for (const order of ordersOf(model)) {
      if (brokenRule(model, order) !== null) continue;
      tried += 1;
      expect(fal.supports(order, paths.main), JSON.stringify(order)).toEqual({ ok: true });
      const priced = quote(order, model, sheet, { markupPercent: 0, currency: 'USD' });
      // No price of flash is stated at fal.
      expect(priced.ok, JSON.stringify(order)).toBe(id === 'kling-4.0');
    }
    expect(tried).toBeGreaterThan(3);
  },
);

describe('what a client sends', () => {
  const image = 'https://media.example/a.png';
  const video = 'https://media.example/a.mp4';

  function priced(body: object) {
    const ordered = readOrder(
      CreateGeneration.parse({ model: 'kling-4.0', prompt: 'x', ...body }),
      catalogue,
    );
    if (!ordered.ok) throw new Error(JSON.stringify(ordered));
    expect(fal.supports(ordered.order, paths.main)).toEqual({ ok: true });
    return quote(ordered.order, ordered.model, sheet, { markupPercent: 0, currency: 'USD' });
  }

  test.each<[string, object, bigint]>([
    ['30 s in 1080p', { duration: 30, quality: '1080p' }, 7_050_000n],
    ['frames in between', { image_start: image, image_middle: [image, image], duration: 10 }, 1_570_000n],
    [
      'references without a video',
      { mode: 'reference-to-video', image_urls: [image], duration: 7 },
      1_099_000n,
    ],
    [
      'a longer reference video: input and clip',
      { mode: 'reference-to-video', video_url: video, input_seconds: 12, duration: 5 },
      1_598_000n,
    ],
    [
      'a shorter one: twice the clip',
      { mode: 'reference-to-video', video_url: video, input_seconds: 3, duration: 5, quality: '1080p' },
      1_410_000n,
    ],
    ['an edit: twice its video', { mode: 'video-edit', video_url: video, input_seconds: 8 }, 1_504_000n],
  ])('%s', (_, body, micros) => {
    expect(priced(body)).toMatchObject({ ok: true, minimumMicros: micros, maximumMicros: micros });
  });

  test('a reference video of unknown length is not guessed', () => {
    const body = { mode: 'reference-to-video', video_url: video, duration: 5 };
    expect(priced(body)).toMatchObject({ ok: false, refusal: { field: 'input_seconds' } });
  });
});
