/** Reads a create request of the legacy generation: one flat body for each of the four video products. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { refusal } from './errors.ts';
import { type LegacyInputs, readFrames, readMotionInputs, readOmniInputs } from './legacy-inputs.ts';
import type { KlingOrder, Library, Product } from './order.ts';
import { choice, flag, given, group, type Read, RefusedField, reading, refuse, textField } from './read.ts';
import { defaultModels, type LegacyBody, legacyModel, legacyPath, resolutionOf } from './routes-legacy.ts';
import type { KlingSettings } from './settings.ts';

export function validateLegacy(
  product: Product,
  body: Json | undefined,
  library: Library,
  settings: KlingSettings,
): Read<KlingOrder> {
  return reading(() => {
    if (!isObject(body)) throw new RefusedField(refusal(1200));
    const order = readHead(product, body, settings);
    const inputs = readInputs(order, library, settings);
    const prompt = readPrompt(order, inputs);
    const seconds = readSeconds(order, inputs, settings);
    readShots(order, inputs, seconds);
    checkUnsupported(order);
    return {
      product,
      version: order.model.version,
      model: order.name,
      endpoint: legacyPath(product),
      prompt,
      resolution: resolutionOf(order.mode),
      aspect: readAspect(order, inputs),
      seconds: inputs.followsVideo ? null : seconds,
      sound: order.sound ? 'native' : inputs.keepsSound ? 'original' : 'off',
      chosenVoice: inputs.voices > 0,
      inputs: inputs.media,
      watermark: flag(group(body, 'watermark_info'), 'enabled', 'watermark_info.enabled') ?? false,
      callbackUrl: textField(body, 'callback_url') ?? null,
      externalId: textField(body, 'external_task_id') ?? null,
    };
  });
}

function readHead(product: Product, body: JsonObject, settings: KlingSettings): LegacyBody {
  const name = textField(body, 'model_name') ?? defaultModels[product];
  const model = legacyModel(name);
  if (model === 'retired') {
    const text = `The model '${name}' has been discontinued and is no longer available.`;
    throw new RefusedField(refusal(settings.retiredModelCode, text));
  }
  if (model === null || !model.products.includes(product))
    return refuse(`model_name: value '${name}' is invalid`);
  const fallback = product === 'omni-video' ? 'pro' : product === 'motion-control' ? undefined : 'std';
  const mode = choice(body, 'mode', ['std', 'pro', '4k'] as const) ?? fallback;
  if (mode === undefined) return refuse('mode: must not be blank');
  if (!model.modes.includes(mode) || (mode === '4k' && product === 'motion-control'))
    refuse(`4k mode is not supported by the current model: ${name}`);
  const sound = product !== 'motion-control' && choice(body, 'sound', ['on', 'off'] as const) === 'on';
  if (sound && !model.soundModes.includes(mode))
    refuse(`sound: 'on' is not supported by the current model: ${name} in mode ${mode}`);
  return { product, name, model, body, mode, sound };
}

function readInputs(order: LegacyBody, library: Library, settings: KlingSettings): LegacyInputs {
  switch (order.product) {
    case 'text2video':
    case 'image2video':
      return readFrames(order, library, settings);
    case 'omni-video':
      return readOmniInputs(order, library, settings);
    case 'motion-control':
      return readMotionInputs(order, library, settings);
  }
}

function readPrompt(order: LegacyBody, inputs: LegacyInputs): string {
  const prompt = textField(order.body, 'prompt');
  if (prompt !== undefined && prompt.length > 2500) refuse('prompt size must be between 0 and 2500');
  const negative = textField(order.body, 'negative_prompt');
  if (negative !== undefined && negative.length > 2500)
    refuse('negative_prompt size must be between 0 and 2500');
  const required = order.product === 'text2video' || order.product === 'omni-video';
  if (required && prompt === undefined && !isCustomised(order) && !inputs.firstFrame)
    refuse('prompt: must not be blank');
  return prompt ?? '';
}

function isCustomised(order: LegacyBody): boolean {
  return flag(order.body, 'multi_shot') === true && order.body.shot_type === 'customize';
}

function readSeconds(order: LegacyBody, inputs: LegacyInputs, settings: KlingSettings): number {
  const value = given(order.body, 'duration') ?? '5';
  const seconds = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 60)
    return refuse(`duration: value '${String(value)}' is invalid`);
  if (inputs.followsVideo || !settings.legacyDurationCheck) return seconds;
  const fiveOrTen = seconds === 5 || seconds === 10;
  const bare = inputs.onlyFirstFrame || inputs.media.length + inputs.elements === 0;
  const wrong =
    !order.model.seconds.includes(seconds) || (order.model.version === 'o1' && bare && !fiveOrTen);
  if (wrong) refuse(`duration: value '${seconds}' is invalid`);
  return seconds;
}

function readShots(order: LegacyBody, inputs: LegacyInputs, seconds: number): void {
  const { body } = order;
  if (flag(body, 'multi_shot') !== true) {
    return;
  }
  if (!order.model.multiShot || order.product === 'motion-control')
    refuse(`multi_shot is not supported by the current model: ${order.name}`);
  const type = choice(body, 'shot_type', ['customize', 'intelligence'] as const);
  if (type === undefined) refuse('shot_type: must not be blank');
  if (inputs.featureVideo && type !== 'intelligence')
    refuse('shot_type: must be intelligence with a feature video');
  if (type !== 'customize') return;
  const shots = given(body, 'multi_prompt');
  if (!Array.isArray(shots) || shots.length < 1 || shots.length > 6)
    refuse('multi_prompt: size must be between 1 and 6');
  let total = 0;
  for (const [at, shot] of shots.entries()) {
    if (!isObject(shot)) refuse(`multi_prompt[${at}]: must be an object`);
    const words = textField(shot, 'prompt', `multi_prompt[${at}].prompt`) ?? '';
    if (words === '' || words.length > 512)
      refuse(`multi_prompt[${at}].prompt: size must be between 1 and 512`);
    const length = Number(given(shot, 'duration') ?? Number.NaN);
    if (!Number.isInteger(length) || length < 1) refuse(`multi_prompt[${at}].duration: must be at least 1`);
    total += length;
  }
  if (total !== seconds) refuse('multi_prompt: the durations must add up to the duration');
}

/**
 * Fields of withdrawn models that the living ones refuse, and the range that is checked though it has
 * no effect.
 */
function checkUnsupported(order: LegacyBody): void {
  const { body } = order;
  if (order.product === 'omni-video' || order.product === 'motion-control') return;
  const scale = given(body, 'cfg_scale');
  if (scale !== undefined) {
    if (typeof scale !== 'number') refuse('cfgScale: must be a number');
    if (scale > 1) refuse('cfgScale: must be less than or equal to 1');
    if (scale < 0) refuse('cfgScale: must be greater than or equal to 0');
  }
  if (given(body, 'camera_control') !== undefined)
    refuse('Camera control is not supported by the current model');
  if (order.product === 'image2video') {
    if (given(body, 'static_mask') !== undefined || given(body, 'dynamic_masks') !== undefined)
      refuse('Motion brush is not supported by the current model');
  }
}

function readAspect(order: LegacyBody, inputs: LegacyInputs): '16:9' | '9:16' | '1:1' {
  if (order.product !== 'text2video' && order.product !== 'omni-video') return '16:9';
  const aspect = choice(order.body, 'aspect_ratio', ['16:9', '9:16', '1:1'] as const);
  const needed = order.product === 'omni-video' && !inputs.firstFrame && !inputs.followsVideo;
  if (aspect === undefined && needed) refuse('aspect_ratio: must not be blank');
  return aspect ?? '16:9';
}
