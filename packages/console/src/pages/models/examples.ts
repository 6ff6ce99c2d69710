/** An order of each mode of a model: its plainest clip, with files beside the program where it needs any. */
import type { CreateGeneration, Mode, Model } from '@sluice/sdk';
import { type Draft, type Input, newDraft, toOrder } from '../playground/draft.ts';

const image = (file: string): Input => ({ reference: file, name: file, kind: 'image', preview: null });
const video = (file: string): Input => ({ reference: file, name: file, kind: 'video', preview: null });

const EXAMPLES: Record<Mode, Pick<Draft, 'prompt' | 'inputs'>> = {
  'text-to-video': { prompt: 'A fox crosses a snowy field at dawn', inputs: {} },
  'image-to-video': {
    prompt: 'She turns around and smiles, slow push in',
    inputs: { first_frame: [image('./first-frame.png')] },
  },
  'reference-to-video': {
    prompt: 'The figure of @image_1 walks along a beach at dusk',
    inputs: { reference_image: [image('./reference.png')] },
  },
  'video-edit': { prompt: 'Make it night', inputs: { base_video: [video('./clip.mp4')] } },
  'motion-control': {
    prompt: 'A dancer on a stage',
    inputs: { motion_image: [image('./figure.png')], motion_video: [video('./motion.mp4')] },
  },
};

export function exampleOrder(model: Model, mode: Mode): CreateGeneration {
  return toOrder({ ...newDraft(model), mode, ...EXAMPLES[mode] }, model);
}
