/** Price lines that count the seconds of input videos beside those of the clip. */
import { CreateGeneration, PriceSheet } from '@sluice/contract';
import { expect, test } from 'vitest';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { readOrder } from '../order.ts';
import { finalCharge, PricedSnapshot, quote } from '../pricing.ts';

const catalogue = loadCatalogue(readCatalogueFiles());

const sheet = PriceSheet.parse({
  id: 'counted',
  unit: 'USD',
  unit_price: { amount: '1', currency: 'USD' },
  grade: 'declared',
  source: { name: 'test', reviewed_on: '2026-11-22' },
  valid_from: '2026-11-22',
  rounding: 'whole_seconds_up',
  bills_failures: null,
  entries: [
    {
      model: 'kling-o3',
      per: 'second',
      amount: '0.1',
      counted_seconds: { of: 'inputs_and_output', output_times_min: 2 },
    },
  ],
});

function quoted(body: object) {
  const read = readOrder(CreateGeneration.parse({ model: 'kling-o3', prompt: 'x', ...body }), catalogue);
  if (!read.ok) throw new Error(JSON.stringify(read.refusal));
  return quote(read.order, read.model, sheet, { markupPercent: 0, currency: 'USD' });
}

const reference = { mode: 'reference-to-video', video_url: 'file:v' };
const edit = { mode: 'video-edit', video_url: 'file:v' };

test.each([
  ['no video: the clip alone, but never less than twice', { duration: 5 }, 1_000_000n, 1_000_000n],
  ['a longer reference', { ...reference, duration: 5, input_seconds: 9 }, 1_400_000n, 1_400_000n],
  ['a shorter reference', { ...reference, duration: 5, input_seconds: 3 }, 1_000_000n, 1_000_000n],
  ['a reference of 7.3 s', { ...reference, duration: 5, input_seconds: 7.3 }, 1_300_000n, 1_300_000n],
  ['a clip as long as its video', { ...edit, input_seconds: 6 }, 1_200_000n, 1_200_000n],
  ['a video of unknown length', edit, 600_000n, 3_100_000n],
])('%s', (_, body, minimum, maximum) => {
  expect(quoted(body)).toMatchObject({ ok: true, minimumMicros: minimum, maximumMicros: maximum });
});

test('a reference whose length nobody knows has no price', () => {
  expect(quoted({ ...reference, duration: 5 })).toMatchObject({
    ok: false,
    refusal: { field: 'input_seconds' },
  });
});

test.each([
  ['as ordered', { ...reference, duration: 5, input_seconds: 9 }, 5.041, 1_400_000n],
  ['shorter than ordered', { ...reference, duration: 5, input_seconds: 9 }, 4, 1_300_000n],
  ['as long as its video', edit, 6.041, 1_200_000n],
  ['never above the hold', { ...reference, duration: 5, input_seconds: 9 }, 12, 1_400_000n],
])('the charge for a clip %s', (_, body, seconds, micros) => {
  const result = quoted(body);
  if (!result.ok) throw new Error('no price');
  const kept = PricedSnapshot.parse(JSON.parse(JSON.stringify(result.snapshot)));
  expect(finalCharge(kept, { seconds })).toEqual({ chargeMicros: micros, costMicros: micros });
});

test('the rule says what is counted', () => {
  expect(quoted({ ...edit, input_seconds: 6 })).toMatchObject({
    rule: expect.stringContaining('input and clip, at least 2 × the clip'),
  });
});
