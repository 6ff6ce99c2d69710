/** An order as a model may word it. The gateway judges it; here each word has its meaning written beside it. */
import { z } from 'zod';

const address = z.string().min(1).max(4096).describe('A public https address, or `file:<id>` of an upload.');

export const order = {
  model: z.string().min(1).max(100).describe('A model id from list_models, for instance kling-3.0.'),
  prompt: z.string().max(10_000).optional().describe('What the clip shows.'),
  negative_prompt: z.string().max(10_000).optional(),
  mode: z
    .enum(['text-to-video', 'image-to-video', 'reference-to-video', 'video-edit', 'motion-control'])
    .optional()
    .describe('Inferred from the inputs when left out.'),
  duration: z.int().min(1).max(300).optional().describe('Seconds.'),
  aspect_ratio: z.string().max(10).optional().describe('For instance 16:9.'),
  quality: z.enum(['720p', '1080p', '4k']).optional(),
  sound: z.enum(['on', 'off']).optional().describe('Whether the model makes sound.'),
  image_start: address.optional().describe('First frame: a public https address.'),
  image_end: address.optional().describe('Last frame.'),
  image_urls: z.array(address).max(20).optional().describe('Reference pictures, or the motion picture.'),
  video_urls: z.array(address).max(5).optional().describe('The video to edit, refer to or move like.'),
  max_price: z.string().max(20).optional().describe('Refuse when it could cost more, as a decimal.'),
};

export type OrderWords = z.infer<z.ZodObject<typeof order>>;
