import { CreateGeneration } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { parseFields } from './fields.ts';

const refusalOf = (input: unknown) => {
  const parsed = parseFields(CreateGeneration, input);
  return parsed.ok ? null : parsed.refusal;
};

describe('what is wrong with an order', () => {
  test.each([
    ['a missing field', {}, { field: 'model', message: 'model is required.' }],
    ['a wrong type', { model: 3 }, { field: 'model', allowed: { type: 'string' } }],
    ['a wrong word', { model: 'm', sound: 'loud' }, { field: 'sound', allowed: ['on', 'off'] }],
    ['too much', { model: 'm', duration: 500 }, { field: 'duration', allowed: { maximum: 300 } }],
    ['a list too long', { model: 'm', image_urls: Array(21).fill('x') }, { field: 'image_urls' }],
    [
      'something deep',
      { model: 'm', model_params: { multi_prompt: [{ index: 0, prompt: 'a', duration: 1 }] } },
      { field: 'model_params.multi_prompt[0].index', allowed: { minimum: 1 } },
    ],
    ['not an object', 'text', { message: expect.stringMatching(/^The body: /) }],
  ])('%s', (_name, input, wanted) => {
    expect(refusalOf(input)).toMatchObject({ code: 'invalid_input', ...wanted });
  });

  test('an unknown field is told before what follows from it', () => {
    const refusal = refusalOf({ modle: 'kling-3.0' });
    expect(refusal).toMatchObject({ code: 'unknown_field', field: 'modle' });
    expect(refusal?.message).toBe('There is no field "modle" here; did you mean "model"?');
  });

  test('an unknown field deep inside, with its neighbours', () => {
    expect(refusalOf({ model: 'm', model_params: { multiShot: true } })).toMatchObject({
      code: 'unknown_field',
      field: 'model_params.multiShot',
      message: 'There is no field "multiShot" here; did you mean "multi_shot"?',
      allowed: expect.arrayContaining(['multi_shot', 'shot_type']),
    });
  });

  test('a good order passes', () => {
    expect(parseFields(CreateGeneration, { model: 'm' })).toEqual({ ok: true, value: { model: 'm' } });
  });
});
