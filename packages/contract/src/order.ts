/**
 * The canonical order: what a client asked for after names, aliases and defaults are resolved. Every later
 * stage (pricing, adapters, the probe of the finished clip) reads this and nothing else. Stored as JSON, so
 * it is parsed again when read back.
 */
import { z } from 'zod';

export const Mode = z
  .enum(['text-to-video', 'image-to-video', 'reference-to-video', 'video-edit', 'motion-control'])
  .meta({ id: 'Mode' });
export type Mode = z.infer<typeof Mode>;

export const Resolution = z.enum(['720p', '1080p', '4k']).meta({ id: 'Resolution' });
export type Resolution = z.infer<typeof Resolution>;

/** `on`: the model makes sound. `original`: the sound of the input video is kept. */
export const Sound = z.enum(['on', 'off', 'original']);
export type Sound = z.infer<typeof Sound>;

export const InputRole = z.enum([
  'first_frame',
  'last_frame',
  'middle_frame',
  'reference_image',
  'reference_video',
  'base_video',
  'motion_image',
  'motion_video',
  'element',
]);
export type InputRole = z.infer<typeof InputRole>;

export const OrderInput = z.strictObject({
  role: InputRole,
  /** An https address, or `file:<id>` for an upload of ours; absent on elements. */
  url: z.string().optional(),
  /** The upstream's element id; only on elements. */
  elementId: z.string().optional(),
  /** How the prompt addresses this input, without the marker: `image_1`, `video_1`, `element_1`. */
  name: z.string(),
});
export type OrderInput = z.infer<typeof OrderInput>;

export const Shot = z.strictObject({ prompt: z.string(), seconds: z.int() });

export const Order = z.strictObject({
  model: z.string(),
  mode: Mode,
  prompt: z.string(),
  negativePrompt: z.string().nullable(),
  /** Ordered clip length; null where it follows an input video. */
  seconds: z.int().nullable(),
  /** Length of the input video (of several together) where it may set length or price, when known. */
  inputSeconds: z.number().nullable(),
  aspectRatio: z.string().nullable(),
  resolution: Resolution,
  sound: Sound,
  multiShot: z.enum(['off', 'auto', 'custom']),
  shots: z.array(Shot),
  orientation: z.enum(['image', 'video']).nullable(),
  watermark: z.boolean(),
  inputs: z.array(OrderInput),
});
export type Order = z.infer<typeof Order>;
