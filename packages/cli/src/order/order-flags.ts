/** The flags of an order: one for each field that the API takes. Shared by `generate` and `quote`. */
import type { CreateGeneration } from '@sluice/sdk';
import type { Command } from 'commander';
import { collect, decimal, instant, integer, oneOf, type Pairs, pair, positive } from '../arguments.ts';

export type OrderFlags = {
  model?: string;
  mode?: NonNullable<CreateGeneration['mode']>;
  prompt?: string;
  negativePrompt?: string;
  duration?: number;
  aspectRatio?: string;
  quality?: NonNullable<CreateGeneration['quality']>;
  sound?: NonNullable<CreateGeneration['sound']>;
  imageStart?: string;
  imageEnd?: string;
  imageMiddle?: string[];
  image?: string[];
  video?: string;
  motionVideo?: string[];
  keepOriginalSound?: boolean;
  element?: string[];
  multiShot?: boolean;
  shotType?: 'customize' | 'intelligence';
  shot?: string[];
  orientation?: 'image' | 'video';
  watermark?: boolean;
  inputSeconds?: number;
  callbackUrl?: string;
  path?: string;
  priority?: NonNullable<CreateGeneration['priority']>;
  startBy?: string;
  finishBy?: string;
  maxPrice?: string;
  metadata?: Pairs;
  from?: string;
};

const MODES = [
  'text-to-video',
  'image-to-video',
  'reference-to-video',
  'video-edit',
  'motion-control',
] as const;

export function addOrderFlags(command: Command, nowMs: () => number): Command {
  return addInputFlags(addPictureFlags(command))
    .optionsGroup('When and how:')
    .option('--path <name>', 'pin to one access path')
    .option('--priority <level>', 'among your own tasks: low, normal, high', oneOf('low', 'normal', 'high'))
    .option(
      '--start-by <time>',
      'end the task if it has not started by then (30m, or a time)',
      instant(nowMs),
    )
    .option('--finish-by <time>', 'end it if it has not finished by then', instant(nowMs))
    .option('--max-price <amount>', 'refuse when the quote is above this', decimal)
    .option('--callback-url <url>', 'one-off webhook for this task')
    .option('--metadata <name=value>', 'kept on the task; may be repeated', pair)
    .option('--from <file>', 'an order as JSON (`-` is standard input); flags override its fields');
}

function addPictureFlags(command: Command): Command {
  return command
    .argument('[prompt]', 'what to show')
    .optionsGroup('The clip:')
    .option('-m, --model <id>', 'a model or alias; see `sluice models`')
    .option('--mode <mode>', `inferred when left out: ${MODES.join(', ')}`, oneOf(...MODES))
    .option('--prompt <text>', 'the prompt, instead of the argument')
    .option('--negative-prompt <text>', 'what not to show')
    .option('-d, --duration <seconds>', 'length', integer)
    .option('-a, --aspect-ratio <ratio>', '16:9, 9:16, 1:1, …')
    .option('-q, --quality <resolution>', '720p, 1080p, 4k', oneOf('720p', '1080p', '4k'))
    .option('-s, --sound <on|off>', 'let the model make sound', oneOf('on', 'off'))
    .option('--multi-shot', 'several shots in one clip')
    .option('--shot-type <type>', 'customize or intelligence', oneOf('customize', 'intelligence'))
    .option('--shot <prompt:seconds>', 'one shot; repeat in order', collect)
    .option('--watermark', "let the vendor's watermark be added")
    .option('--no-watermark', 'ask for none');
}

function addInputFlags(command: Command): Command {
  return command
    .optionsGroup('Inputs (an https address, file:<id>, or a file on this machine):')
    .option('--image-start <input>', 'first frame')
    .option('--image-end <input>', 'last frame')
    .option('--image-middle <input>', 'a frame in between; may be repeated', collect)
    .option('-i, --image <input>', 'reference image, or the motion image; may be repeated', collect)
    .option('--video <input>', 'reference video, or the video to edit')
    .option('--motion-video <input>', 'motion video; may be repeated', collect)
    .option('--keep-original-sound', 'keep the sound of the input video')
    .option('--no-keep-original-sound', 'drop it')
    .option(
      '--orientation <image|video>',
      'whom the figure follows in motion control',
      oneOf('image', 'video'),
    )
    .option('--element <id>', 'an element of the vendor; may be repeated', collect)
    .option('--input-seconds <seconds>', 'length of an input video given by address', positive);
}
