import type { Mode, ModelDefinition, Order, Rule } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../effects/catalogue/read.ts';
import { brokenRule, factOf, isFactExpression, refusalOfRule } from './rules.ts';

const order: Order = {
  model: 'kling-o3',
  mode: 'reference-to-video',
  prompt: 'ab',
  negativePrompt: null,
  seconds: 5,
  inputSeconds: null,
  aspectRatio: null,
  resolution: '720p',
  sound: 'off',
  multiShot: 'off',
  shots: [],
  orientation: null,
  watermark: false,
  inputs: [
    { role: 'reference_image', url: 'file:a', name: 'image_1' },
    { role: 'reference_image', url: 'file:b', name: 'image_2' },
    { role: 'element', elementId: '1', name: 'element_1' },
  ],
};

const shipped = loadCatalogue(readCatalogueFiles()).model('kling-o3')?.model;
type Terms = Rule['when'];
type Case = { when?: Terms; must: Terms; modes?: Mode[] };

function modelWith({ must, ...rest }: Case): ModelDefinition {
  if (shipped === undefined) throw new Error('no model');
  // biome-ignore lint/suspicious/noThenProperty: rules are data with a `then`, never awaited.
  const rule: Rule = { id: 'r', when: [], field: 'image_urls', message: 'no.', ...rest, then: must };
  return { ...shipped, rules: [rule] };
}

test.each([
  ['count.reference_image', 2],
  ['count.first_frame', 0],
  ['count.reference_image+count.element', 3],
  ['count.element+seconds', 6],
  ['seconds', 5],
  ['input_seconds', null],
  ['count.element+input_seconds', null],
  ['sound', 'off'],
  ['resolution', '720p'],
  ['aspect_ratio', null],
  ['multi_shot', 'off'],
  ['orientation', null],
  ['mode', 'reference-to-video'],
  ['has_text', 1],
  ['prompt.length', 2],
  ['negative_prompt.length', 0],
  ['shots', 0],
])('%s is %j', (expression, fact) => {
  expect(isFactExpression(expression)).toBe(true);
  expect(factOf(order, expression)).toBe(fact);
});

test.each(['', 'count.', 'count.horses', 'second', 'seconds+', 'constructor'])('%j is no fact', (name) => {
  expect(isFactExpression(name)).toBe(false);
});

describe('a rule', () => {
  const image = 'count.reference_image';
  test.each<[string, Case, boolean]>([
    ['without when applies', { must: [{ fact: image, max: 1 }] }, true],
    ['holds at its bound', { must: [{ fact: image, max: 2, min: 2 }] }, false],
    ['breaks below', { must: [{ fact: image, min: 3 }] }, true],
    [
      'is skipped when its when fails',
      { when: [{ fact: 'sound', in: ['on'] }], must: [{ fact: image, max: 0 }] },
      false,
    ],
    [
      'needs all of when',
      {
        when: [
          { fact: 'seconds', min: 5 },
          { fact: 'sound', in: ['on'] },
        ],
        must: [{ fact: image, max: 0 }],
      },
      false,
    ],
    ['of another mode is skipped', { modes: ['video-edit'], must: [{ fact: image, max: 0 }] }, false],
    ['of this mode is not', { modes: ['reference-to-video'], must: [{ fact: image, max: 0 }] }, true],
    ['is not broken by what is unknown', { must: [{ fact: 'input_seconds', max: 10 }] }, false],
    [
      'is not started by what is unknown',
      { when: [{ fact: 'input_seconds', max: 10 }], must: [{ fact: image, max: 0 }] },
      false,
    ],
    ['compares words by name', { must: [{ fact: 'resolution', in: ['1080p', '4k'] }] }, true],
    ['never finds a word above a number', { must: [{ fact: 'resolution', min: 1 }] }, true],
    [
      'needs all of then',
      {
        must: [
          { fact: image, max: 2 },
          { fact: 'seconds', max: 4 },
        ],
      },
      true,
    ],
  ])('%s', (_, rule, broken) => {
    expect(brokenRule(modelWith(rule), order) !== null).toBe(broken);
  });

  test.each([
    [{ fact: image, max: 1 }, { max: 1 }, 'Keep image_urls at 1 at most.'],
    [{ fact: image, max: 0 }, { max: 0 }, 'Leave image_urls out, or drop what the rule names.'],
    [{ fact: image, min: 3 }, { min: 3 }, 'Add image_urls.'],
    [{ fact: 'seconds', in: [3, 4] }, [3, 4], 'Set image_urls to 3 or 4, or drop what the rule names.'],
  ])('says what is allowed: %j', (term, allowed, fix) => {
    const model = modelWith({ must: [term] });
    const broken = brokenRule(model, order);
    if (broken === null) throw new Error('not broken');
    expect(refusalOfRule(model, order.mode, broken)).toEqual({
      code: 'unsupported_combination',
      field: 'image_urls',
      message: 'Kling O3, reference-to-video: no.',
      allowed,
      fix,
    });
  });
});
