import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { legacyPath, legacyProducts } from './routes-legacy.ts';
import { newCreatePaths } from './routes-new.ts';
import { openDesk } from './testing/desk.ts';

const names = split(`
  prompt settings options contents type text url id element_id voice_id duration resolution aspect_ratio
  audio multi_shot character_orientation model_name mode sound image image_tail image_list video_list
  element_list voice_list shot_type multi_prompt cfg_scale callback_url external_task_id video_url
  image_url watermark_info enabled
`);
const words = split(`
  prompt first_frame last_frame base_video feature_video refer_image element voice image video native
  original off on 720p 1080p 4k std pro 16:9 kling-v3 kling-v2-6 kling-v3-omni kling-video-o1 customize
  intelligence
`);

function split(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Bodies that look like orders often enough to get past the first checks. */
const { body } = fc.letrec<{ body: Json; value: Json }>((tie) => ({
  body: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      ...words,
      'https://media.test/a.png',
      'a',
      '',
      5,
      10,
      0,
      -1,
      1e300,
      true,
      null,
      12n ** 17n,
    ),
    tie('body'),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
}));

const url = 'https://media.test/a';
/** Good for most paths at once: each takes what it knows and ignores the rest. */
const good: JsonObject = {
  prompt: 'a',
  model_name: 'kling-v3',
  image: url,
  aspect_ratio: '1:1',
  contents: [
    { type: 'prompt', text: 'a' },
    { type: 'first_frame', url },
  ],
};
const nearly = body.map((extra) => ({ ...good, ...(isObject(extra) ? extra : {}) }));

const creates = [
  ...newCreatePaths(),
  ...legacyProducts.map(legacyPath),
  '/v1/general/advanced-custom-elements',
];
const others = ['/tasks', '/account/billing/package', '/v1/general/delete-elements', '/__emulator/faults'];

test('whatever is sent, there is an answer in the envelope, and a refusal makes no task', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...creates, ...others), fc.oneof(body, nearly), async (path, sent) => {
      const desk = openDesk();
      const { status, code } = await desk.call('POST', path, sent);
      const isCreate = creates.includes(path);
      expect([200, 400, 404, 429]).toContain(status);
      if (!path.startsWith('/__emulator/')) expect(status === 200).toBe(code === 0);
      expect(desk.kling.accepts.length).toBe(code === 0 && isCreate ? 1 : 0);
      accepted += desk.kling.accepts.length;
    }),
    { numRuns: 1_500, seed: 20261001 },
  );
  // The bodies are near enough to orders that some are taken on.
  expect(accepted).toBeGreaterThan(50);
});

test('whatever is asked for, there is an answer', async () => {
  const desk = openDesk();
  for (const target of [
    '//',
    '/%',
    '/v1/videos/text2video/%E0%A4%A',
    '/outputs/../..',
    '/tasks?task_ids=%',
    '?',
  ]) {
    expect((await desk.call('GET', target)).status).toBeGreaterThan(0);
  }
});
