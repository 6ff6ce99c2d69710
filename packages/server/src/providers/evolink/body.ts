/**
 * The create request, built exactly: what sets length, price or look is always written out, never left to a vendor
 * default. Same order, same bytes.
 */
import type { InputRole, Order, OrderInput } from '@sluice/contract';
import type { PathContext, SubmitIds } from '../contract.ts';
import type { Route } from './models.ts';

const CALLBACK_MAX = 2048;

export function createBody(order: Order, route: Route, ids: SubmitIds, path: PathContext): string {
  const parameters = modelParams(order, route);
  const body = {
    model: route.id,
    prompt: promptOf(order),
    negative_prompt: order.negativePrompt ?? undefined,
    duration: route.seconds === null ? undefined : (order.seconds ?? undefined),
    aspect_ratio: order.aspectRatio ?? undefined,
    quality: route.qualityField ? order.resolution : undefined,
    sound: route.soundField === 'sound' ? order.sound : undefined,
    keep_original_sound: route.soundField === 'keep_original_sound' ? order.sound === 'original' : undefined,
    ...media(order, route),
    model_params: Object.keys(parameters).length > 0 ? parameters : undefined,
    callback_url: callbackOf(ids, path),
  };
  return JSON.stringify(body);
}

/**
 * Beside customised shots the prompt is ignored by the model behind, so it is not sent. Inputs are addressed as
 * `<<<name>>>`; the other spelling that our orders know becomes this one.
 */
function promptOf(order: Order): string | undefined {
  if (order.multiShot === 'custom' || order.prompt.trim() === '') return undefined;
  return withMarkers(order.prompt, order.inputs);
}

function withMarkers(text: string, inputs: readonly OrderInput[]): string {
  const names = inputs.map(({ name }) => name.replaceAll(/[^A-Za-z0-9_]/g, '\\$&')).join('|');
  if (names === '') return text;
  const tagged = new RegExp(`(?<![A-Za-z0-9_.@])@(${names})(?![A-Za-z0-9_])`, 'g');
  return text.replace(tagged, (_found, name: string) => `<<<${name}>>>`);
}

function modelParams(order: Order, route: Route): Record<string, unknown> {
  const elements = elementsOf(order);
  return {
    ...(route.multiShotField ? shotParams(order) : {}),
    ...(order.orientation === null ? {} : { character_orientation: order.orientation }),
    ...(route.soundField === 'model_params.keep_sound' ? { keep_sound: order.sound === 'original' } : {}),
    ...(elements === undefined ? {} : { element_list: elements }),
    ...(route.watermarkField ? { watermark_info: { enabled: false } } : {}),
  };
}

function shotParams(order: Order): Record<string, unknown> {
  switch (order.multiShot) {
    case 'off':
      return { multi_shot: false };
    case 'auto':
      return { multi_shot: true, shot_type: 'intelligence' };
    case 'custom':
      return { multi_shot: true, shot_type: 'customize', multi_prompt: order.shots.map(shotOf(order)) };
  }
}

/** The clip's length is a number here, but a shot's length is text. */
function shotOf(order: Order) {
  return (shot: Order['shots'][number], index: number) => ({
    index: index + 1,
    prompt: withMarkers(shot.prompt, order.inputs),
    duration: String(shot.seconds),
  });
}

function elementsOf(order: Order): { element_id: string }[] | undefined {
  const elements = order.inputs.filter((input) => input.role === 'element');
  return elements.length === 0
    ? undefined
    : elements.map(({ elementId = '' }) => ({ element_id: elementId }));
}

function media(order: Order, route: Route): Record<string, unknown> {
  const urls = (...roles: InputRole[]) =>
    roles.flatMap((role) => order.inputs.filter((input) => input.role === role)).map(({ url }) => url);
  const images =
    route.frames === 'image_urls'
      ? urls('first_frame', 'last_frame')
      : urls('reference_image', 'motion_image');
  const apart = route.frames === 'image_start';
  const videos = urls('reference_video', 'base_video', 'motion_video');
  return {
    image_start: apart ? urls('first_frame')[0] : undefined,
    image_end: apart ? urls('last_frame')[0] : undefined,
    image_urls: images.length > 0 ? images : undefined,
    video_url: route.video === 'video_url' ? videos[0] : undefined,
    video_urls: route.video === 'video_urls' && videos.length > 0 ? videos : undefined,
  };
}

/**
 * The vendor refuses an order whose callback address is not https or too long; better no callback than no clip. An
 * upstream that is itself reached without TLS (an emulator on this machine) may call back without it.
 */
function callbackOf({ callbackUrl }: SubmitIds, path: PathContext): string | undefined {
  if (callbackUrl === null || callbackUrl.length > CALLBACK_MAX) return undefined;
  const plain = path.baseUrl.startsWith('http://');
  return plain || callbackUrl.startsWith('https://') ? callbackUrl : undefined;
}
