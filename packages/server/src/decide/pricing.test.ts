import { CreateGeneration, type Order, type PriceSheet } from '@sluice/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../effects/catalogue/read.ts';
import { readOrder } from './order.ts';
import {
  ambiguousEntries,
  costFromUpstream,
  finalCharge,
  findEntry,
  PricedSnapshot,
  quote,
  quoteOnTask,
} from './pricing.ts';

const catalogue = loadCatalogue(readCatalogueFiles());
const USD = { markupPercent: 0, currency: 'USD' } as const;
const UNITS = sheetOf('kling-units-2026-09-20');
const SEED = sheetOf('seed-2026-04-08');

function sheetOf(id: string): PriceSheet {
  const sheet = catalogue.sheet(id);
  if (sheet === null) throw new Error(`no sheet ${id}`);
  return sheet;
}

function ordered(body: object) {
  const read = readOrder(CreateGeneration.parse(body), catalogue);
  if (!read.ok) throw new Error(JSON.stringify(read.refusal));
  return read;
}

function priced(body: object, sheet: PriceSheet, markupPercent = 0) {
  const { order, model } = ordered(body);
  const result = quote(order, model, sheet, { ...USD, markupPercent });
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result;
}

const text = (model: string, rest: object = {}) => ({ model, prompt: 'x', ...rest });
const edit = (model: string, rest: object = {}) => ({
  model,
  mode: 'video-edit',
  prompt: 'x',
  video_url: 'file:v',
  ...rest,
});
const motion = (model: string, rest: object = {}) => ({
  model,
  image_urls: ['file:i'],
  video_urls: ['file:v'],
  model_params: { character_orientation: 'video' },
  ...rest,
});
const sound = { sound: 'on' };
const q = (quality: string) => ({ quality });

describe('the official list of 2026-09-20, in units per second', () => {
  const cases: [object, string][] = [
    [text('kling-3.0-turbo'), '0.8'],
    [text('kling-3.0-turbo', q('1080p')), '1.0'],
    [text('kling-3.0'), '0.6'],
    [text('kling-3.0', q('1080p')), '0.8'],
    [text('kling-3.0', q('4k')), '3.0'],
    [text('kling-3.0', sound), '0.9'],
    [text('kling-3.0', { ...sound, ...q('1080p') }), '1.2'],
    [text('kling-3.0', { ...sound, ...q('4k') }), '3.0'],
    [motion('kling-motion-control'), '0.9'],
    [motion('kling-motion-control', q('1080p')), '1.2'],
    [text('kling-o3'), '0.6'],
    [text('kling-o3', { image_urls: ['file:i'], ...q('1080p') }), '0.8'],
    [text('kling-o3', q('4k')), '3.0'],
    [text('kling-o3', sound), '0.8'],
    [text('kling-o3', { ...sound, ...q('1080p') }), '1.0'],
    [text('kling-o3', { ...sound, ...q('4k') }), '3.0'],
    [edit('kling-o3'), '0.9'],
    [edit('kling-o3', { keep_original_sound: true, ...q('1080p') }), '1.2'],
    [edit('kling-o3', q('4k')), '3.0'],
    [text('kling-o3-reference-to-video', { video_url: 'file:v' }), '0.9'],
    [text('kling-o1'), '0.6'],
    [text('kling-o1', { image_start: 'file:i', ...q('1080p') }), '0.8'],
    [edit('kling-o1'), '0.9'],
    [edit('kling-o1', q('1080p')), '1.2'],
    [text('kling-2.6'), '0.3'],
    [text('kling-2.6', q('1080p')), '0.5'],
    [text('kling-2.6', { ...sound, ...q('1080p') }), '1.0'],
    [motion('kling-2.6-motion-control'), '0.5'],
    [motion('kling-2.6-motion-control', q('1080p')), '0.8'],
    [text('kling-2.5-turbo'), '0.3'],
    [text('kling-2.5-turbo', q('1080p')), '0.5'],
  ];
  test.each(cases)('%j costs %s', (body, units) => {
    const result = priced(body, UNITS);
    expect(Number(result.snapshot.amount)).toBe(Number(units));
    // $0.14 a unit: tenths of a unit are whole micro-dollars.
    expect(result.unitPriceMicros).toBe(BigInt(Math.round(Number(units) * 10)) * 14_000n);
  });

  test('holds every line of the sheet', () => {
    const reached = new Set(cases.map(([body]) => findEntry(ordered(body).order, UNITS)?.index));
    expect([...reached].sort((a, b) => Number(a) - Number(b))).toEqual(
      UNITS.entries.map((_, index) => index),
    );
  });

  test.each([
    ['3 s turbo', text('kling-3.0-turbo', { duration: 3 }), 2_400_000n, 336_000n],
    ['3 s omni, silent', text('kling-o3', { duration: 3 }), 1_800_000n, 252_000n],
    ['5 s 2.5 turbo', text('kling-2.5-turbo', { duration: 5 }), 1_500_000n, 210_000n],
  ])('%s, as billed in recorded calls', (_, body, unitsMicros, dollarsMicros) => {
    const result = priced(body, UNITS);
    expect(result).toMatchObject({
      minimumMicros: dollarsMicros,
      maximumMicros: dollarsMicros,
      costMaximumMicros: dollarsMicros,
      sheetDate: '2026-09-20',
      per: 'second',
    });
    expect(costFromUpstream({ unit: 'unit', amountMicros: unitsMicros }, UNITS)).toBe(dollarsMicros);
  });
});

describe('the routed snapshot of 2026-04-08', () => {
  test.each([
    [text('kling-3.0'), 375_000n],
    [text('kling-v3-text-to-video', sound), 565_000n],
    [text('kling-3.0', q('1080p')), 500_000n],
    [text('kling-3.0', { ...sound, ...q('1080p') }), 750_000n],
    [text('kling-o3'), 375_000n],
    [text('kling-o3', sound), 500_000n],
    [text('kling-o3', { ...sound, ...q('1080p') }), 625_000n],
    [text('kling-o1-image-to-video', { image_urls: ['file:i'], duration: 10 }), 1_111_000n],
    [motion('kling-v3-motion-control', { input_seconds: 5 }), 567_000n],
  ])('%j holds %d', (body, micros) => {
    expect(priced(body, SEED).maximumMicros).toBe(micros);
  });

  test.each([
    text('kling-3.0', q('4k')),
    text('kling-o1'),
    edit('kling-o3'),
    edit('kling-o1'),
    text('kling-o3-reference-to-video', { image_urls: ['file:i'] }),
    motion('kling-motion-control', q('1080p')),
    motion('kling-2.6-motion-control'),
    text('kling-2.6'),
  ])('%j had no stated price, so it has none here', (body) => {
    const { order, model } = ordered(body);
    expect(quote(order, model, SEED, USD)).toMatchObject({ ok: false, refusal: { code: 'no_price' } });
  });
});

describe('clips that follow a video', () => {
  test.each([
    ['measured', { input_seconds: 6.2 }, 882_000n, 882_000n],
    ['whole', { input_seconds: 6 }, 756_000n, 756_000n],
    ['unknown: the longest the model takes', {}, 378_000n, 3_780_000n],
    ['unknown, by image', { model_params: { character_orientation: 'image' } }, 378_000n, 1_260_000n],
    ['a frame over 4 s', { input_seconds: 4.041 }, 504_000n, 630_000n],
  ])('%s', (_, rest, minimum, maximum) => {
    const result = priced(motion('kling-motion-control', rest), UNITS);
    expect([result.minimumMicros, result.maximumMicros]).toEqual([minimum, maximum]);
  });

  test('an unknown O3 edit holds 16 s, because 15.5 s is billed as 16', () => {
    expect(priced(edit('kling-o3'), UNITS).maximumMicros).toBe(16n * 126_000n);
  });

  test('a model that does not say how long a video may be cannot be held for', () => {
    const { order, model } = ordered(edit('kling-o3'));
    const boundless = { ...model, input_limits: {} };
    expect(quote(order, boundless, UNITS, USD)).toMatchObject({ refusal: { field: 'input_seconds' } });
  });
});

describe('the charge', () => {
  const charge = (body: object, seconds: number) => {
    const stored: unknown = JSON.parse(JSON.stringify(priced(body, UNITS).snapshot));
    return finalCharge(PricedSnapshot.parse(stored), { seconds }).chargeMicros;
  };
  test.each([
    ['as ordered', text('kling-3.0', { duration: 5 }), 5, 420_000n],
    ['a frame longer', text('kling-3.0', { duration: 5 }), 5.041, 420_000n],
    ['much longer', text('kling-3.0', { duration: 5 }), 9, 420_000n],
    ['a frame shorter', text('kling-3.0', { duration: 5 }), 4.96, 420_000n],
    ['a second shorter', text('kling-3.0', { duration: 5 }), 4, 336_000n],
    ['nothing', text('kling-3.0', { duration: 5 }), 0, 0n],
    ['motion, a frame over 3 s', motion('kling-motion-control'), 3.041, 378_000n],
    ['motion, half a second over 3 s', motion('kling-motion-control'), 3.5, 504_000n],
    ['motion, shorter than its video', motion('kling-motion-control', { input_seconds: 8 }), 5, 630_000n],
  ])('%s', (_, body, seconds, micros) => {
    expect(charge(body, seconds)).toBe(micros);
  });

  test('a price per task does not depend on length', () => {
    const perTask: PriceSheet = {
      ...UNITS,
      entries: [{ model: 'kling-3.0', per: 'task', amount: '2.5', minimum_seconds: 4 }],
    };
    const result = priced(text('kling-3.0', { duration: 15 }), perTask);
    expect(result).toMatchObject({ minimumMicros: 350_000n, maximumMicros: 350_000n, per: 'task' });
    expect(finalCharge(result.snapshot, { seconds: 3 })).toEqual({
      chargeMicros: 350_000n,
      costMicros: 350_000n,
    });
  });

  test('exact rounding charges the very milliseconds; a minimum stays a minimum', () => {
    const exact: PriceSheet = {
      ...UNITS,
      rounding: 'exact',
      entries: [{ model: 'kling-motion-control', per: 'second', amount: '0.9', minimum_seconds: 5 }],
    };
    const result = priced(motion('kling-motion-control', { input_seconds: 6.123 }), exact);
    expect(result.maximumMicros).toBe(771_498n);
    expect(finalCharge(result.snapshot, { seconds: 5.5 }).chargeMicros).toBe(693_000n);
    expect(finalCharge(result.snapshot, { seconds: 3 }).chargeMicros).toBe(630_000n);
  });

  test('markup is on the price, not on the cost, and both are rounded up once', () => {
    const result = priced(text('kling-o1-image-to-video', { image_urls: ['file:i'] }), SEED, 33.3333);
    // 0.1111 × 1.333333 × 5 = 0.74066648…
    expect(result).toMatchObject({ maximumMicros: 740_667n, costMaximumMicros: 555_500n });
    expect(finalCharge(result.snapshot, { seconds: 5 })).toEqual({
      chargeMicros: 740_667n,
      costMicros: 555_500n,
    });
    expect(result.rule).toBe('0.1111 USD per second, + 33.3333 %, whole seconds rounded up');
  });

  test('an impossible markup is a bug', () => {
    const { order, model } = ordered(text('kling-3.0'));
    for (const markupPercent of [Number.NaN, -100.1, Number.POSITIVE_INFINITY]) {
      expect(() => quote(order, model, UNITS, { ...USD, markupPercent })).toThrow(RangeError);
    }
  });

  test('on the wire', () => {
    expect(quoteOnTask(priced(motion('kling-motion-control'), UNITS, 10).snapshot)).toEqual({
      currency: 'USD',
      minimum: '0.4158',
      maximum: '4.158',
      price_sheet: 'kling-units-2026-09-20',
      price_date: '2026-09-20',
      unit_price: '0.1386',
      per: 'second',
    });
  });
});

describe('price lines', () => {
  const order: Order = ordered(text('kling-3.0', sound)).order;
  const line = (rest: object) => ({ model: 'kling-3.0', per: 'second' as const, amount: '1', ...rest });
  const sheet = (...lines: object[]): PriceSheet => ({ ...UNITS, entries: lines.map((rest) => line(rest)) });

  test.each([
    [sheet({}, { resolution: '720p' }, { resolution: '720p', sound: ['on'] }), 2],
    [sheet({ resolution: '720p', sound: ['on'], modes: ['text-to-video'] }, { sound: ['on'] }), 0],
    [sheet({ resolution: '1080p' }, {}), 1],
    [sheet({ video_input: true }, { video_input: false }), 1],
    [sheet({ sound: ['on'] }, { resolution: '720p' }), 0],
    [sheet({ sound: ['off'] }), null],
    [sheet({ model: 'kling-2.6' }), null],
  ])('the most specific line wins: %#', (one, index) => {
    expect(findEntry(order, one)?.index ?? null).toBe(index);
  });

  test.each([
    [sheet({ resolution: '720p' }, { sound: ['on'] }), [0, 1]],
    [sheet({}, {}), [0, 1]],
    [sheet({ sound: ['on'] }, { sound: ['off'] }), null],
    [sheet({ resolution: '720p' }, { resolution: '1080p' }, { resolution: '720p', sound: ['on'] }), null],
    [sheet({ modes: ['text-to-video', 'image-to-video'] }, { modes: ['image-to-video'] }), [0, 1]],
    [sheet({}, { model: 'kling-2.6' }), null],
  ])('equal lines are ambiguous: %#', (one, pair) => {
    expect(ambiguousEntries(one)).toEqual(pair);
  });
});

test.each([
  [{ unit: 'unit', amountMicros: 2_400_000n }, 336_000n],
  [{ unit: 'unit', amountMicros: 1n }, 1n],
  [{ unit: 'unit', amountMicros: 0n }, 0n],
  [{ unit: 'USD', amountMicros: 250_000n }, 250_000n],
  [{ unit: 'CNY', amountMicros: 1_000_000n }, null],
  [{ unit: 'credit', amountMicros: 1_000_000n }, null],
  [{ unit: 'unit', amountMicros: -1n }, null],
])('the upstream’s bill, converted: %#', (cost, micros) => {
  expect(costFromUpstream(cost, UNITS)).toBe(micros);
});

describe('properties', () => {
  const decimal = fc.bigInt({ min: 0n, max: 50_000_000n }).map((micros) => {
    const digits = micros.toString().padStart(7, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  });
  const sheets = fc.record({
    amount: decimal,
    unitPrice: decimal,
    rounding: fc.constantFrom('exact' as const, 'whole_seconds_up' as const),
    per: fc.constantFrom('second' as const, 'task' as const),
    minimum: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  });
  const seconds = fc.integer({ min: 0, max: 40_000 }).map((ms) => ms / 1000);
  const inputs = fc.option(
    fc.integer({ min: 3000, max: 30_000 }).map((ms) => ms / 1000),
    { nil: undefined },
  );
  const markups = fc.integer({ min: -1_000_000, max: 5_000_000 }).map((parts) => parts / 10_000);

  const quoteFor = (line: Parameters<typeof build>[0], inputSeconds: number | undefined, markup: number) =>
    priced(motion('kling-motion-control', { input_seconds: inputSeconds }), build(line), markup);
  const build = (line: {
    amount: string;
    unitPrice: string;
    rounding: PriceSheet['rounding'];
    per: 'second' | 'task';
    minimum: number | undefined;
  }): PriceSheet => ({
    ...UNITS,
    unit_price: { amount: line.unitPrice, currency: 'USD' },
    rounding: line.rounding,
    entries: [
      {
        model: 'kling-motion-control',
        per: line.per,
        amount: line.amount,
        ...(line.minimum === undefined ? {} : { minimum_seconds: line.minimum }),
      },
    ],
  });

  test('0 ≤ minimum ≤ hold, 0 ≤ charge ≤ hold, 0 ≤ cost ≤ worst cost, and the snapshot survives JSON', () => {
    fc.assert(
      fc.property(sheets, inputs, markups, seconds, (line, input, markup, delivered) => {
        const result = quoteFor(line, input, markup);
        const stored = PricedSnapshot.parse(JSON.parse(JSON.stringify(result.snapshot)));
        const { chargeMicros, costMicros } = finalCharge(stored, { seconds: delivered });
        expect(result.minimumMicros >= 0n && result.minimumMicros <= result.maximumMicros).toBe(true);
        expect(chargeMicros >= 0n && chargeMicros <= result.maximumMicros).toBe(true);
        expect(costMicros >= 0n && costMicros <= result.costMaximumMicros).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a longer delivery never costs less, a longer input never holds less', () => {
    fc.assert(
      fc.property(sheets, markups, seconds, seconds, (line, markup, a, b) => {
        const [short, long] = a < b ? [a, b] : [b, a];
        const { snapshot } = quoteFor(line, undefined, markup);
        const charge = (length: number) => finalCharge(snapshot, { seconds: length }).chargeMicros;
        expect(charge(short) <= charge(long)).toBe(true);
        const hold = (length: number) =>
          quoteFor(line, Math.min(30, Math.max(3, length)), markup).maximumMicros;
        expect(hold(short) <= hold(long)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('what was ordered and delivered in full is charged in full', () => {
    fc.assert(
      fc.property(sheets, fc.integer({ min: 3, max: 30 }), markups, (line, whole, markup) => {
        const result = quoteFor(line, whole, markup);
        expect(finalCharge(result.snapshot, { seconds: whole }).chargeMicros).toBe(result.maximumMicros);
      }),
      { numRuns: 500 },
    );
  });

  test('the charge is the exact product, rounded up by less than one micro', () => {
    fc.assert(
      fc.property(sheets, fc.integer({ min: 3, max: 30 }), (line, whole) => {
        const exactLine = { ...line, per: 'second' as const, minimum: undefined };
        const held = quoteFor(exactLine, whole, 0).maximumMicros;
        const micros = (text: string) => BigInt(text.replace('.', ''));
        const exact = micros(line.amount) * micros(line.unitPrice) * BigInt(whole);
        expect(held * 1_000_000n >= exact && held * 1_000_000n < exact + 1_000_000n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
