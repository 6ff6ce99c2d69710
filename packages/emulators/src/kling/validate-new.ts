/** Reads a create request of the new generation: settings, options, contents, and what may be combined. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Contents, checkContents, readContents } from './contents.ts';
import { refusal } from './errors.ts';
import type { KlingOrder, Library } from './order.ts';
import { choice, flag, given, group, type Read, RefusedField, reading, refuse, textField } from './read.ts';
import { type NewRoute, newRoute, type ReadSettings, type RouteLimits } from './routes-new.ts';
import type { KlingSettings } from './settings.ts';
import { checkShots } from './shots.ts';

export function validateNew(
  path: string,
  body: Json | undefined,
  library: Library,
  settings: KlingSettings,
): Read<KlingOrder> {
  return reading(() => {
    const route = newRoute(path);
    if (route === null) throw new RefusedField(refusal(1203));
    if (!isObject(body)) throw new RefusedField(refusal(1200));
    return readOrder(path, route, body, library, settings);
  });
}

function readOrder(
  path: string,
  route: NewRoute,
  body: JsonObject,
  library: Library,
  settings: KlingSettings,
): KlingOrder {
  const wishes = group(body, 'settings');
  const options = group(body, 'options');
  const contents = readContents(route, body, library, readOrientation(route, wishes));
  const order = readSettings(route, wishes, contents);
  checkContents(route, order, contents, settings);
  if (order.multiShot.inForce && order.seconds !== null)
    checkShots(contents.prompt, order.seconds, contents.promptPath);
  const followsInput = route.limits.seconds === null || contents.has('base_video');
  return {
    product: route.product,
    version: route.version,
    model: route.model,
    endpoint: path,
    prompt: contents.prompt,
    resolution: order.resolution,
    aspect: order.aspect ?? '16:9',
    seconds: followsInput ? null : order.seconds,
    sound: route.version === '3.0-turbo' ? 'native' : order.audio,
    chosenVoice: contents.voices > 0,
    inputs: contents.inputs,
    watermark: flag(group(options, 'watermark_info', 'options.watermark_info'), 'enabled') ?? false,
    callbackUrl: textField(options, 'callback_url', 'options.callback_url') ?? null,
    externalId: textField(options, 'external_task_id', 'options.external_task_id') ?? null,
  };
}

function readSettings(route: NewRoute, wishes: JsonObject, contents: Contents): ReadSettings {
  const { limits } = route;
  const resolution =
    choice(wishes, 'resolution', ['720p', '1080p', '4k'] as const, 'settings.resolution') ?? '720p';
  if (!limits.resolutions.includes(resolution))
    refuse(`4k mode is not supported by the current model: ${route.model}`);
  const aspect = limits.aspect
    ? choice(wishes, 'aspect_ratio', ['16:9', '9:16', '1:1'] as const, 'settings.aspect_ratio')
    : undefined;
  const audio = limits.audio === null ? undefined : choice(wishes, 'audio', limits.audio, 'settings.audio');
  const stated = limits.multiShot ? flag(wishes, 'multi_shot', 'settings.multi_shot') : undefined;
  return {
    resolution,
    seconds: readSeconds(limits, wishes),
    aspect: aspect ?? null,
    audio: audio ?? limits.audio?.[0] ?? 'off',
    multiShot: {
      stated: stated ?? null,
      inForce: limits.multiShot ? (stated ?? !contents.has('base_video')) : route.version === '3.0-turbo',
    },
    orientation: readOrientation(route, wishes),
  };
}

function readOrientation(route: NewRoute, wishes: JsonObject): 'image' | 'video' | null {
  if (route.product !== 'motion-control') return null;
  const path = 'settings.character_orientation';
  const found = choice(wishes, 'character_orientation', ['image', 'video'] as const, path);
  return found ?? refuse(`${path}: must not be null`);
}

function readSeconds(limits: RouteLimits, wishes: JsonObject): number | null {
  if (limits.seconds === null) return null;
  const value = given(wishes, 'duration') ?? 5;
  if (typeof value !== 'number' || !Number.isInteger(value))
    return refuse('settings.duration: must be an integer');
  if (!limits.seconds.includes(value)) return refuse(`settings.duration: value '${value}' is invalid`);
  return value;
}
