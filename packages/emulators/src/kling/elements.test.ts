import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject, readJson, writeJson } from '../json.ts';
import { at, openDesk, text } from './testing/desk.ts';

const path = '/v1/general/advanced-custom-elements';
const element = {
  element_name: 'Ada',
  element_description: 'a woman in a green coat',
  reference_type: 'image_refer',
  element_image_list: {
    frontal_image: 'https://media.test/f.png',
    refer_images: [{ image_url: 'https://media.test/r.png' }],
  },
  tag_list: [{ tag_id: 'o_102' }],
};

describe('lossless JSON', () => {
  test.each([
    '{"a":829836802793406551}',
    '{"a":"829836802793406551","b":[1,-1.5,true,null]}',
    '{"text":"an id 829836802793406551 in a text, and a \\"quote\\""}',
    '[-9223372036854775808]',
  ])('%s', (source) => {
    expect(writeJson(readJson(source))).toBe(source);
  });
  test('what is no JSON is undefined', () => {
    for (const source of ['', '{', '{"a":}', '{"a":1}x']) expect(readJson(source)).toBeUndefined();
  });
  test('a long fraction stays a number', () => {
    expect(readJson('[1234567890.12345678901]')).toEqual([1234567890.1234567]);
  });
});

describe('elements', () => {
  test('are made, read with a 64-bit id, used, and deleted once', async () => {
    const desk = openDesk();
    const id = await desk.create(path, element);
    expect((await desk.call('GET', `${path}/${id}`)).data).toMatchObject({ task_status: 'submitted' });
    desk.pass(6_000);
    const done = await desk.call('GET', `${path}/${id}`);
    expect(text(done.data, 'task_status')).toBe('succeed');
    const elementId = at(done.data, 'task_result', 'elements', 0, 'element_id');
    expect(typeof elementId).toBe('bigint');
    expect(String(elementId)).toMatch(/^\d{18}$/);

    const i2v = { contents: [{ type: 'first_frame', url: 'https://media.test/a.png' }] };
    const used = { type: 'element', element_id: String(elementId), id: 'ada' };
    await desk.create('/image-to-video/kling-3.0', { contents: [...i2v.contents, used] });
    await desk.create('/v1/videos/image2video', {
      model_name: 'kling-v3',
      image: 'https://media.test/a.png',
      element_list: [{ element_id: elementId ?? 0 }],
    });

    const remove = { element_id: elementId ?? 0 };
    expect((await desk.call('POST', '/v1/general/delete-elements', remove)).body).not.toHaveProperty('data');
    expect((await desk.call('POST', '/v1/general/delete-advanced-elements', remove)).code).toBe(1201);
    const after = await desk.call('POST', '/image-to-video/kling-3.0', { contents: [...i2v.contents, used] });
    expect(after.code).toBe(1201);
  });

  test('are free, take no slot, and show on the new path with the id as text', async () => {
    const desk = openDesk();
    const id = await desk.create(path, element);
    desk.pass(6_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
    expect(at(answered.data, 0)).toMatchObject({
      status: 'succeeded',
      billing: [],
      outputs: [
        { type: 'element', id: expect.stringMatching(/^\d{18}$/), element_type: 'multi_image_elements' },
      ],
    });
    expect(desk.kling.state.accounts[0]?.packs[0]?.remaining).toBe(1_000_000n);
  });

  const refusals: [string, JsonObject][] = [
    ['a long name', { ...element, element_name: 'x'.repeat(21) }],
    ['a long description', { ...element, element_description: 'x'.repeat(101) }],
    ['no reference', { ...element, element_image_list: { frontal_image: 'https://media.test/f.png' } }],
    ['an unknown tag', { ...element, tag_list: [{ tag_id: 'o_109' }] }],
    ['no video', { ...element, reference_type: 'video_refer' }],
  ];
  test.each(refusals)('%s is refused', async (_name, body) => {
    expect((await openDesk().call('POST', path, body)).code).toBe(1201);
  });

  test('the list has them all', async () => {
    const desk = openDesk();
    await desk.create(path, element);
    const page = await desk.call('GET', path);
    expect(page.data).toHaveLength(1);
    expect(isObject(at(page.data, 0))).toBe(true);
  });
});
