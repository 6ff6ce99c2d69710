import { CreateGeneration } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { readOrder } from '../order.ts';

const catalogue = loadCatalogue(readCatalogueFiles());
const shot = (index: number, duration: number | string, prompt = `shot ${index}`) => ({
  index,
  duration,
  prompt,
});
const body = (params: unknown, rest: object = {}) =>
  CreateGeneration.parse({ model: 'kling-3.0', prompt: 'a story', ...rest, model_params: params });

describe('shots', () => {
  test.each([
    [undefined, 'off'],
    [{}, 'off'],
    [{ multi_shot: false }, 'off'],
    [{ multi_shot: true }, 'auto'],
    [{ multi_shot: true, shot_type: 'intelligence' }, 'auto'],
    [{ shot_type: 'intelligence' }, 'auto'],
    [{ multi_shot: true, multi_prompt: [shot(1, 5)] }, 'custom'],
    [{ shot_type: 'customize', multi_prompt: [shot(1, 5)] }, 'custom'],
  ])('%j → %s', (params, multiShot) => {
    expect(readOrder(body(params), catalogue)).toMatchObject({ ok: true, order: { multiShot } });
  });

  test('custom shots are sorted, their seconds make the clip, and no other prompt is needed', () => {
    const input = body({ multi_prompt: [shot(2, '4'), shot(1, 3)] }, { prompt: undefined });
    expect(readOrder(input, catalogue)).toMatchObject({
      ok: true,
      order: {
        prompt: '',
        seconds: 7,
        shots: [
          { prompt: 'shot 1', seconds: 3 },
          { prompt: 'shot 2', seconds: 4 },
        ],
      },
    });
  });

  const at = 'model_params.multi_prompt';
  test.each([
    ['the sum differs from duration', { multi_prompt: [shot(1, 3), shot(2, 3)] }, { duration: 5 }, at],
    ['the sum is no length of the model', { multi_prompt: [shot(1, 1), shot(2, 1)] }, {}, at],
    ['too many', { multi_prompt: [1, 2, 3, 4, 5, 6, 7].map((index) => shot(index, 2)) }, {}, at],
    ['none', { multi_prompt: [] }, {}, at],
    ['customize without shots', { multi_shot: true, shot_type: 'customize' }, {}, at],
    ['a gap', { multi_prompt: [shot(1, 3), shot(3, 2)] }, {}, `${at}[1].index`],
    ['twice the same', { multi_prompt: [shot(1, 3), shot(1, 2)] }, {}, `${at}[1].index`],
    ['too long a text', { multi_prompt: [shot(2, 2), shot(1, 3, 'x'.repeat(513))] }, {}, `${at}[1].prompt`],
    ['an empty second', { multi_prompt: [shot(1, '0'), shot(2, 5)] }, {}, `${at}[0].duration`],
    ['shots for the model’s own cut', { shot_type: 'intelligence', multi_prompt: [shot(1, 5)] }, {}, at],
    [
      'shots, but switched off',
      { multi_shot: false, multi_prompt: [shot(1, 5)] },
      {},
      'model_params.multi_shot',
    ],
    ['a model of single shots', { multi_shot: true }, { model: 'kling-o1' }, 'model_params.multi_shot'],
  ])('%s is refused', (_, params, rest, field) => {
    expect(readOrder(body(params, rest), catalogue)).toMatchObject({ ok: false, refusal: { field } });
  });
});

describe('markers', () => {
  const omni = { model: 'kling-o3', image_urls: ['file:a', 'file:b'], element_list: [{ element_id: '9' }] };
  const read = (prompt: string, rest: object = {}) =>
    readOrder(CreateGeneration.parse({ ...omni, prompt, ...rest }), catalogue);

  test.each([
    '@image_1 meets @image_2',
    '<<<image_2>>>, <<< element_1 >>>',
    'mail me@example.com',
    'a @Zhang',
  ])('%s is fine', (prompt) => {
    expect(read(prompt).ok).toBe(true);
  });

  test.each(['@image_3', '<<<image_0>>>', '@video_1', '<<<voice_1>>>', '@element_10'])(
    '%s points nowhere',
    (prompt) => {
      expect(read(`look: ${prompt}`)).toMatchObject({
        ok: false,
        refusal: { field: 'prompt', allowed: ['image_1', 'image_2', 'element_1'] },
      });
    },
  );

  test('shots are looked at too', () => {
    const params = { multi_prompt: [shot(1, 3), shot(2, 2, 'and @image_9')] };
    expect(read('', { model_params: params })).toMatchObject({
      refusal: { field: 'model_params.multi_prompt[1].prompt' },
    });
  });
});
