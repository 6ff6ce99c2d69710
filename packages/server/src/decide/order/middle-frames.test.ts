/** Frames between the first and the last one, on a model that takes them and on one that does not. */
import { CreateGeneration, ModelDefinition } from '@sluice/contract';
import { expect, test } from 'vitest';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { readOrder } from '../order.ts';
import type { ModelLookup } from './lookup.ts';

const catalogue = loadCatalogue(readCatalogueFiles());

const framed: ModelLookup = {
  models: catalogue.models,
  model: (name) => {
    const match = catalogue.model(name);
    const capability = match?.model.modes['image-to-video'];
    if (!match || !capability) return match;
    const inputs = { ...capability.inputs, middle_frame: { min: 0, max: 2 } };
    const modes = { ...match.model.modes, 'image-to-video': { ...capability, inputs } };
    return { ...match, model: ModelDefinition.parse({ ...match.model, modes }) };
  },
};

function read(body: object, lookup: ModelLookup = framed) {
  return readOrder(CreateGeneration.parse({ model: 'kling-3.0', prompt: 'x', ...body }), lookup);
}

test('they are numbered after the other images, so that those keep their names', () => {
  const result = read({ image_start: 'file:a', image_end: 'file:b', image_middle: ['file:c', 'file:d'] });
  expect(result.ok && result.order.mode).toBe('image-to-video');
  expect(result.ok && result.order.inputs.map(({ role, url, name }) => [role, url, name])).toEqual([
    ['first_frame', 'file:a', 'image_1'],
    ['last_frame', 'file:b', 'image_2'],
    ['middle_frame', 'file:c', 'image_3'],
    ['middle_frame', 'file:d', 'image_4'],
  ]);
});

test.each([
  ['too many', { image_start: 'file:a', image_middle: ['file:c', 'file:d', 'file:e'] }, 'image_middle[2]'],
  ['no address', { image_start: 'file:a', image_middle: ['c'] }, 'image_middle[0]'],
  ['no first frame', { image_middle: ['file:c'] }, 'image_start'],
])('refused: %s', (_, body, field) => {
  expect(read(body)).toMatchObject({ ok: false, refusal: { field } });
});

test('a model without them says so', () => {
  const body = { image_start: 'file:a', image_middle: ['file:c'] };
  expect(read(body, catalogue)).toMatchObject({ ok: false, refusal: { field: 'image_middle[0]' } });
});
