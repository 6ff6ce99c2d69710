import { describe, expect, test } from 'vitest';
import { readOrder } from '../decide/order.ts';
import { quote } from '../decide/pricing.ts';
import { readCatalogueFiles } from '../effects/catalogue/read.ts';
import { ageDays, type CatalogueFile, isStale, loadCatalogue } from './catalogue.ts';

const shipped = readCatalogueFiles();

/** The shipped files with one text replaced in one of them; fails when the text is not there. */
function edited(name: string, from: string, to: string): CatalogueFile[] {
  const file = shipped.find((one) => one.name === name);
  if (!file?.text.includes(from)) throw new Error(`${name} does not contain ${from}`);
  return shipped.map((one) => (one === file ? { name, text: file.text.replace(from, to) } : one));
}

describe('the shipped catalogue', () => {
  const catalogue = loadCatalogue(shipped);

  test('has the four seed models, their siblings and both price sheets', () => {
    expect(catalogue.models.map((model) => [model.id, model.name, model.family])).toEqual([
      ['kling-2.5-turbo', 'Kling 2.5 Turbo', 'kling-v2-5-turbo'],
      ['kling-2.6', 'Kling 2.6', 'kling-v2-6'],
      ['kling-2.6-motion-control', 'Kling 2.6 Motion Control', 'kling-v2-6'],
      ['kling-3.0', 'Kling 3.0', 'kling-v3'],
      ['kling-3.0-turbo', 'Kling 3.0 Turbo', 'kling-v3-turbo'],
      ['kling-4.0', 'Kling 4.0', 'kling-v4'],
      ['kling-4.0-flash', 'Kling 4.0 Flash', 'kling-v4-flash'],
      ['kling-motion-control', 'Kling Motion Control', 'kling-v3'],
      ['kling-o1', 'Kling O1', 'kling-o1'],
      ['kling-o3', 'Kling O3', 'kling-v3-omni'],
    ]);
    const sheets = catalogue.sheets.map((sheet) => sheet.id);
    expect(sheets).toEqual(expect.arrayContaining(['kling-units-2026-09-20', 'seed-2026-04-08']));
  });

  test('loses nothing of its files', () => {
    for (const model of catalogue.models) {
      const file = shipped.find((one) => one.name === `models/${model.id}.json`);
      expect(model).toEqual(JSON.parse(file?.text ?? 'null'));
    }
    for (const sheet of catalogue.sheets) {
      const file = shipped.find((one) => one.name === `prices/${sheet.id}.json`);
      expect(sheet).toEqual(JSON.parse(file?.text ?? 'null'));
    }
  });

  test.each([
    ['kling-v3-text-to-video', 'kling-3.0', 'text-to-video'],
    ['kling-v3-image-to-video', 'kling-3.0', 'image-to-video'],
    ['kling-v3-turbo-text-to-video', 'kling-3.0-turbo', 'text-to-video'],
    ['kling-v3-turbo-image-to-video', 'kling-3.0-turbo', 'image-to-video'],
    ['kling-o3-text-to-video', 'kling-o3', 'text-to-video'],
    ['kling-o3-image-to-video', 'kling-o3', 'image-to-video'],
    ['kling-o3-reference-to-video', 'kling-o3', 'reference-to-video'],
    ['kling-o3-video-edit', 'kling-o3', 'video-edit'],
    ['kling-o1-image-to-video', 'kling-o1', 'image-to-video'],
    ['kling-o1-video-edit', 'kling-o1', 'video-edit'],
    ['kling-v3-motion-control', 'kling-motion-control', 'motion-control'],
    ['kling-v2.6-motion-control', 'kling-2.6-motion-control', 'motion-control'],
    ['kling-v3', 'kling-3.0', null],
    ['kling-v3-omni', 'kling-o3', null],
    ['kling-video-o1', 'kling-o1', null],
    ['kling-v2-6', 'kling-2.6', null],
    ['kling-v2-5-turbo', 'kling-2.5-turbo', null],
    ['kling-o3', 'kling-o3', null],
    ['kling-v4-video-edit', 'kling-4.0', 'video-edit'],
    ['kling-v4-flash', 'kling-4.0-flash', null],
  ])('%s is %s, %s', (name, id, mode) => {
    expect(catalogue.model(name)?.model.id).toBe(id);
    expect(catalogue.model(name)?.impliedMode).toBe(mode);
  });

  test('only O1’s routed image-to-video name reads image_urls as frames', () => {
    const frames = catalogue.models
      .flatMap((model) => model.aliases)
      .filter((alias) => catalogue.model(alias.name)?.imageUrls === 'frames');
    expect(frames.map((alias) => alias.name)).toEqual(['kling-o1-image-to-video']);
  });

  test('an unknown name is null, even one that objects have by birth', () => {
    for (const name of ['kling-v1', 'KLING-O3', '', 'constructor', '__proto__']) {
      expect(catalogue.model(name)).toBeNull();
      expect(catalogue.sheet(name)).toBeNull();
    }
  });

  test.each([
    ['2026-04-08T00:00:00Z', 0, false],
    ['2026-04-09T23:59:59Z', 1, false],
    ['2026-07-07T12:00:00Z', 90, false],
    ['2026-07-08T00:00:00Z', 91, true],
    ['2026-01-01T00:00:00Z', 0, false],
  ])('the seed sheet at %s is %i days old', (now, days, stale) => {
    const sheet = catalogue.sheet('seed-2026-04-08');
    if (sheet === null) throw new Error('no sheet');
    expect(ageDays(sheet, Date.parse(now))).toBe(days);
    expect(isStale(sheet, catalogue, Date.parse(now))).toBe(stale);
  });
});

describe('numbers of a vendor live in the data', () => {
  const input = { model: 'kling-3.0', prompt: 'a pier at dawn', duration: 15 };
  const priceOf = (files: CatalogueFile[]) => {
    const catalogue = loadCatalogue(files);
    const read = readOrder(input, catalogue);
    const sheet = catalogue.sheet('seed-2026-04-08');
    if (!read.ok || sheet === null) return null;
    const priced = quote(read.order, read.model, sheet, { markupPercent: 0, currency: 'USD' });
    return priced.ok ? priced.maximumMicros : null;
  };

  test('a changed price changes the quote', () => {
    expect(priceOf(shipped)).toBe(1_125_000n);
    expect(priceOf(edited('prices/seed-2026-04-08.json', '"0.075"', '"0.08"'))).toBe(1_200_000n);
  });

  test('a removed price leaves no price', () => {
    expect(
      priceOf(edited('prices/seed-2026-04-08.json', '"model": "kling-3.0"', '"model": "kling-2.6"')),
    ).toBeNull();
  });

  test('a changed limit changes what is accepted', () => {
    const shorter = loadCatalogue(edited('models/kling-3.0.json', ', 14, 15]', ', 14]'));
    expect(readOrder(input, shorter)).toMatchObject({ ok: false, refusal: { field: 'duration' } });
  });

  test('a changed rule changes what is refused', () => {
    const elements = [1, 2, 3, 4].map((number) => ({ element_id: String(number) }));
    const frames = {
      model: 'kling-o3',
      mode: 'reference-to-video' as const,
      prompt: 'x',
      image_start: 'file:a',
      element_list: elements,
    };
    expect(readOrder(frames, loadCatalogue(shipped))).toMatchObject({
      refusal: { code: 'unsupported_combination', field: 'element_list', allowed: { max: 3 } },
    });
    const name = 'models/kling-o3.json';
    const text = shipped.find((file) => file.name === name)?.text ?? '';
    const relaxed = text.replace(/("fact": "count\.element",\s*"max": )3/, '$14');
    expect(relaxed).not.toBe(text);
    const files = shipped.map((file) => (file.name === name ? { name, text: relaxed } : file));
    expect(readOrder(frames, loadCatalogue(files)).ok).toBe(true);
  });
});

describe('a catalogue that contradicts itself does not load', () => {
  test.each([
    ['models/kling-o1.json', '"kling-video-o1"', '"kling-v3"', /both answer to the name kling-v3/],
    ['models/kling-o1.json', '"id": "kling-o1"', '"id": "kling-o2"', /must have the id kling-o1/],
    [
      'models/kling-3.0.json',
      '"resolution_default": "720p"',
      '"resolution_default": "8k"',
      /resolution_default/,
    ],
    ['models/kling-3.0-turbo.json', '"sound_default": "on"', '"sound_default": "off"', /default sound/],
    ['models/kling-3.0.json', '"default": 5', '"default": 99', /default length/],
    ['models/kling-o3.json', '"fact": "count.element"', '"fact": "count.elephant"', /unknown fact/],
    ['models/kling-3.0.json', '"vendor"', '"seller"', /kling-3\.0\.json/],
    ['prices/seed-2026-04-08.json', '"kling-o1"', '"kling-o9"', /unknown model kling-o9/],
    ['prices/seed-2026-04-08.json', '"0.113"', '0.113', /seed-2026-04-08\.json/],
    ['prices/seed-2026-04-08.json', '"0.113"', '"-0.113"', /negative price/],
    ['prices/seed-2026-04-08.json', '"sound": ["on"]', '"sound": ["on", "off"]', /can both price one order/],
    ['prices/seed-2026-04-08.json', '"amount": "1"', '"amount": "2"', /one USD/],
    ['settings.json', '90', '0', /settings\.json/],
    ['settings.json', '{', '', /not JSON/],
  ])('%s with %s → %s', (name, from, to, complaint) => {
    expect(() => loadCatalogue(edited(name, from, to))).toThrow(complaint);
  });

  test('stray and missing files are errors', () => {
    expect(() => loadCatalogue([...shipped, { name: 'notes.json', text: '{}' }])).toThrow(/neither/);
    expect(() => loadCatalogue(shipped.filter((file) => file.name !== 'settings.json'))).toThrow(/missing/);
  });
});
