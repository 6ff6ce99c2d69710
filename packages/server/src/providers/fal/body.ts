/**
 * The submit: model input as the body, our wishes about its running as headers, the callback as a query. What sets
 * length, price or look is always written out, never left to a default (sound: on for 3.0, off for O3).
 */
import { InputRole, type Order } from '@sluice/contract';
import type { PathContext, SubmitIds } from '../contract.ts';
import { type Access, keyHeaders } from './auth.ts';
import type { Route } from './models.ts';
import { falPrompt } from './prompt.ts';

/** Not started by then, it never starts; in a queue that takes everything this is what ends a doubt. */
export const START_DEADLINE_SECONDS = 1_800;
/** Clips live as long as we ask for: a week outlives any trouble with storage. */
export const MEDIA_SECONDS = 7 * 24 * 3600;
/** fal's own client refuses 1 and less. */
const START_LEAST_SECONDS = 2;

export type Submit = { url: string; endpoint: string; headers: Record<string, string>; body: string };

/** Null for a resolution that the route has no id for; `supports` refuses it before. */
export function submitOf(
  path: PathContext,
  access: Access,
  order: Order,
  route: Route,
  ids: SubmitIds,
): Submit | null {
  const endpoint = route.endpoints[order.resolution];
  if (endpoint === undefined) return null;
  const query = ids.callbackUrl === null ? '' : `?fal_webhook=${encodeURIComponent(ids.callbackUrl)}`;
  const headers = {
    ...keyHeaders(access.key),
    'content-type': 'application/json',
    'x-fal-request-timeout': String(startSeconds(path, ids)),
    'x-fal-object-lifecycle-preference': JSON.stringify({ expiration_duration_seconds: MEDIA_SECONDS }),
    ...(access.settings.platform_retries === 'on' ? {} : { 'x-fal-no-retry': '1' }),
    ...(access.settings.store_io === 'off' ? { 'x-fal-store-io': '0' } : {}),
  };
  return { url: `/${endpoint}${query}`, endpoint, headers, body: JSON.stringify(inputOf(order, route)) };
}

function startSeconds(path: PathContext, { startBeforeMs }: SubmitIds): number {
  if (startBeforeMs === null) return START_DEADLINE_SECONDS;
  const left = Math.floor((startBeforeMs - path.nowMs) / 1000);
  return Math.min(START_DEADLINE_SECONDS, Math.max(START_LEAST_SECONDS, left));
}

function inputOf(order: Order, route: Route): object {
  return {
    ...words(order, route),
    ...media(order, route),
    resolution: route.resolutionField ? order.resolution : undefined,
    aspect_ratio: order.aspectRatio ?? (route.aspectAuto ? 'auto' : undefined),
    character_orientation: order.orientation ?? undefined,
    ...(route.soundField === null ? {} : { [route.soundField]: order.sound !== 'off' }),
  };
}

/** Either `prompt` or `multi_prompt`, never both. */
function words(order: Order, route: Route): object {
  const lengthOf = (seconds: number) => (route.lengthsAs === 'text' ? String(seconds) : seconds);
  const duration = order.seconds === null ? undefined : lengthOf(order.seconds);
  const negative = order.negativePrompt === null ? {} : { negative_prompt: order.negativePrompt };
  if (order.multiShot === 'custom') {
    const shots = order.shots.map((shot) => ({
      prompt: falPrompt(shot.prompt, order, route),
      duration: lengthOf(shot.seconds),
    }));
    return {
      multi_prompt: shots,
      ...(route.shotTypeField ? { shot_type: 'customize' } : {}),
      ...(route.shotsSetLength ? {} : { duration }),
      ...negative,
    };
  }
  const cut = route.shotTypeField && order.multiShot === 'auto' ? { shot_type: 'intelligent' } : {};
  const prompt = order.prompt.trim() === '' ? undefined : falPrompt(order.prompt, order, route);
  return { prompt, ...cut, duration, ...negative };
}

function media(order: Order, route: Route): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const role of InputRole.options) {
    const place = route.inputs[role];
    const urls = order.inputs.flatMap((input) => (input.role === role && input.url ? [input.url] : []));
    const [first] = urls;
    if (!place || first === undefined) continue;
    fields[place.field] = place.list ? urls : first;
  }
  return fields;
}
