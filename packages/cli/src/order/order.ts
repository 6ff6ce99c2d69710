/** Puts an order together from a file and flags. Whether it makes sense is for the gateway to say. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CreateGeneration, ModelParams } from '@sluice/sdk';
import { UsageError } from '../endings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { OrderFlags } from './order-flags.ts';

export async function readOrder(
  prompt: string | undefined,
  flags: OrderFlags,
  surroundings: Surroundings,
): Promise<CreateGeneration> {
  const base = flags.from === undefined ? {} : await readOrderFile(flags.from, surroundings);
  const modelParams = { ...base.model_params, ...modelParamsFrom(flags) };
  const order = {
    ...base,
    ...fieldsFrom(prompt ?? flags.prompt, flags),
    ...(Object.keys(modelParams).length > 0 ? { model_params: modelParams } : {}),
  };
  const { model } = order;
  if (!model)
    throw new UsageError('An order needs a model.', 'Add --model, e.g. -m kling-3.0; see: sluice models');
  return { ...order, model };
}

function fieldsFrom(prompt: string | undefined, flags: OrderFlags): Partial<CreateGeneration> {
  return given({
    model: flags.model,
    mode: flags.mode,
    prompt,
    negative_prompt: flags.negativePrompt,
    duration: flags.duration,
    aspect_ratio: flags.aspectRatio,
    quality: flags.quality,
    sound: flags.sound,
    image_start: flags.imageStart,
    image_end: flags.imageEnd,
    image_middle: flags.imageMiddle,
    image_urls: flags.image,
    video_url: flags.video,
    video_urls: flags.motionVideo,
    keep_original_sound: flags.keepOriginalSound,
    element_list: flags.element?.map((id) => ({ element_id: id })),
    input_seconds: flags.inputSeconds,
    callback_url: flags.callbackUrl,
    path: flags.path,
    priority: flags.priority,
    start_by: flags.startBy,
    finish_by: flags.finishBy,
    max_price: flags.maxPrice,
    metadata: flags.metadata,
  });
}

function modelParamsFrom(flags: OrderFlags): ModelParams {
  return given({
    multi_shot: flags.multiShot ?? (flags.shot ? true : undefined),
    shot_type: flags.shotType ?? (flags.shot ? ('customize' as const) : undefined),
    multi_prompt: flags.shot?.map(readShot),
    character_orientation: flags.orientation,
    watermark_info: flags.watermark === undefined ? undefined : { enabled: flags.watermark },
  });
}

/** `she opens the door:3`; the last colon counts, prompts may have others. */
function readShot(text: string, at: number): { index: number; prompt: string; duration: number } {
  const [, prompt, seconds] = /^(.+):(\d{1,3})$/s.exec(text) ?? [];
  if (!prompt || !seconds) {
    throw new UsageError(`--shot "${text}" has no length.`, 'Write it as --shot "she opens the door:3".');
  }
  return { index: at + 1, prompt, duration: Number(seconds) };
}

async function readOrderFile(path: string, { cwd, stdin }: Surroundings): Promise<Partial<CreateGeneration>> {
  const text = path === '-' ? await stdin.readAll() : await readTextFile(resolve(cwd, path));
  try {
    const order: unknown = JSON.parse(text);
    // Its fields are checked by the gateway, which knows them better and names the one at fault.
    if (typeof order === 'object' && order !== null && !Array.isArray(order)) return order;
  } catch {
    // Said below, together with other JSON that is no order.
  }
  throw new UsageError(`${path === '-' ? 'Standard input' : path} is not an order in JSON.`);
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`${path} cannot be read.`);
  }
}

/** Without the fields that are undefined: a field that is there overrides the file's. */
function given<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
