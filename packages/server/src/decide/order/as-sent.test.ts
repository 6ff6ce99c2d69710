import { CreateGeneration } from '@sluice/contract';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { readOrder } from '../order.ts';
import { asSent } from './as-sent.ts';

const catalogue = loadCatalogue(readCatalogueFiles());
const png = (n: number) => `file:picture_${n}`;
const MP4 = 'https://media.example/a.mp4';

const bodies: [string, z.input<typeof CreateGeneration>][] = [
  ['words alone', { model: 'kling-3.0', prompt: 'a pier', negative_prompt: 'fog', aspect_ratio: '9:16' }],
  ['frames', { model: 'kling-3.0', prompt: 'x', image_start: png(1), image_end: png(2), duration: 7 }],
  [
    'references and elements',
    {
      model: 'kling-o3',
      prompt: '@image_1',
      image_urls: [png(1), png(2)],
      element_list: [{ element_id: '7' }],
    },
  ],
  ['a reference video', { model: 'kling-o3', prompt: 'x', mode: 'reference-to-video', video_url: MP4 }],
  [
    'an edit that keeps its sound',
    {
      model: 'kling-o3',
      prompt: 'x',
      mode: 'video-edit',
      video_url: MP4,
      keep_original_sound: true,
      input_seconds: 5,
    },
  ],
  [
    'motion',
    {
      model: 'kling-motion-control',
      image_urls: [png(1)],
      video_urls: [MP4],
      model_params: { character_orientation: 'video' },
      input_seconds: 6,
    },
  ],
  [
    'cut by the model',
    { model: 'kling-3.0', prompt: 'x', model_params: { multi_shot: true, shot_type: 'intelligence' } },
  ],
  [
    'its own shots',
    {
      model: 'kling-3.0',
      duration: 5,
      model_params: {
        multi_shot: true,
        shot_type: 'customize',
        multi_prompt: [
          { index: 1, prompt: 'a', duration: 2 },
          { index: 2, prompt: 'b', duration: 3 },
        ],
      },
    },
  ],
  [
    'sound and a watermark',
    {
      model: 'kling-3.0',
      prompt: 'x',
      sound: 'on',
      quality: '1080p',
      model_params: { watermark_info: { enabled: true } },
    },
  ],
];

test.each(bodies)('%s: what was read can be sent again and reads the same', (_, body) => {
  const first = readOrder(CreateGeneration.parse(body), catalogue);
  if (!first.ok) throw new Error(JSON.stringify(first.refusal));
  const again = readOrder(CreateGeneration.parse(asSent(first.order)), catalogue);
  expect(again).toEqual({ ok: true, order: first.order, model: first.model });
});
