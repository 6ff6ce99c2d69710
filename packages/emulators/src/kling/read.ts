/** Readers for the fields of a request body. Each answers a value or the refusal that names the field. */

import { isObject, type Json, type JsonObject } from '../json.ts';
import { inspectImage } from '../media/inspect.ts';
import { badValue, type Refusal } from './errors.ts';
import type { MediaInput, MediaLimits, MediaRole } from './order.ts';

export type Read<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/**
 * Thrown inside a validator and caught at its border: a body has dozens of fields, any of which may
 * refuse it.
 */
export class RefusedField extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function reading<T>(read: () => T): Read<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof RefusedField) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

export function refuse(message: string): never {
  throw new RefusedField(badValue(message));
}

/** Absent, null and the empty string are all "not given": vendor samples send "" for optional fields. */
export function given(body: JsonObject, name: string): Json | undefined {
  const value = body[name];
  return value === null || value === '' ? undefined : value;
}

export function textField(body: JsonObject, name: string, path = name): string | undefined {
  const value = given(body, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return refuse(`${path}: must be a string`);
  return value;
}

export function limitedText(body: JsonObject, name: string, most: number, path = name): string | undefined {
  const value = textField(body, name, path);
  if (value !== undefined && value.length > most) refuse(`${path}: size must be between 0 and ${most}`);
  return value;
}

export function choice<T extends string>(
  body: JsonObject,
  name: string,
  allowed: readonly T[],
  path = name,
): T | undefined {
  const value = textField(body, name, path);
  if (value === undefined) return undefined;
  const found = allowed.find((word) => word === value);
  if (found === undefined) return refuse(`${path}: value '${value}' is invalid`);
  return found;
}

/** A flag; one vendor sample sends the text "true", so texts are read too. */
export function flag(body: JsonObject, name: string, path = name): boolean | undefined {
  const value = given(body, name);
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return refuse(`${path}: must be a boolean`);
}

export function list(body: JsonObject, name: string, path = name): JsonObject[] {
  const value = given(body, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuse(`${path}: must be an array`);
  return value.map((item, at) => (isObject(item) ? item : refuse(`${path}[${at}]: must be an object`)));
}

export function group(body: JsonObject, name: string, path = name): JsonObject {
  const value = given(body, name);
  if (value === undefined) return {};
  return isObject(value) ? value : refuse(`${path}: must be an object`);
}

/**
 * An address, or (images only) raw base64. A `data:` address is neither, so it is refused like any
 * other text.
 */
export function mediaInput(
  text: string,
  path: string,
  role: MediaRole,
  kind: 'image' | 'video',
  limits: MediaLimits,
): MediaInput {
  if (/^https?:\/\//i.test(text)) return { role, kind, source: { url: text }, limits };
  if (kind === 'video') return refuse(`${path}: only a URL is supported`);
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return refuse(`${path}: must be a URL or raw base64`);
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  const facts = inspectImage(bytes);
  if (facts === null) return refuse(`${path}: the image format is not supported`);
  const problem = imageProblem(bytes.length, facts, limits);
  if (problem !== null) return refuse(`${path}: ${problem}`);
  return { role, kind, source: { bytes }, limits };
}

export function imageProblem(
  bytes: number,
  facts: { width: number; height: number },
  limits: MediaLimits,
): string | null {
  if (bytes > limits.bytes) return `the file is larger than ${limits.bytes / (1024 * 1024)} MB`;
  const ratio = facts.width / facts.height;
  const [shortest, longest] = limits.side;
  if (Math.min(facts.width, facts.height) < shortest) return `sides must be at least ${shortest} px`;
  if (Math.max(facts.width, facts.height) > longest) return `sides must be at most ${longest} px`;
  if (limits.area !== undefined && facts.width * facts.height > limits.area)
    return 'the picture is too large';
  // A hair of tolerance: 300 x 750 is exactly 1:2.5 and must pass.
  if (ratio < limits.ratio[0] - 1e-9 || ratio > limits.ratio[1] + 1e-9)
    return 'the aspect ratio is not supported';
  return null;
}

export function videoProblem(
  bytes: number,
  facts: { width: number; height: number; seconds: number; picturesPerSecond: number },
  limits: MediaLimits,
): string | null {
  const frame = imageProblem(bytes, facts, limits);
  if (frame !== null) return frame;
  // Files carry a picture more or less than their name says; the vendor's clips of 3 s last 3.041 s.
  const slack = 0.1;
  if (limits.seconds !== undefined) {
    const [shortest, longest] = limits.seconds;
    if (facts.seconds < shortest - slack || facts.seconds > longest + slack)
      return `the length must be ${shortest} to ${longest} s`;
  }
  if (limits.picturesPerSecond !== undefined) {
    const [slowest, fastest] = limits.picturesPerSecond;
    if (facts.picturesPerSecond < slowest - 0.5 || facts.picturesPerSecond > fastest + 0.5)
      return `the frame rate must be ${slowest} to ${fastest}`;
  }
  return null;
}

const megabyte = 1024 * 1024;
const anySide = Number.MAX_SAFE_INTEGER;

export const newImageLimits: MediaLimits = { bytes: 50 * megabyte, side: [300, anySide], ratio: [0.4, 2.5] };
export const legacyImageLimits: MediaLimits = {
  bytes: 10 * megabyte,
  side: [300, anySide],
  ratio: [0.4, 2.5],
};
export const legacyMotionImageLimits: MediaLimits = {
  bytes: 10 * megabyte,
  side: [300, 65_536],
  ratio: [0.4, 2.5],
};
export const omniVideoLimits: MediaLimits = {
  bytes: 200 * megabyte,
  side: [700, 4553],
  ratio: [0.4, 2],
  area: 8_294_400,
  seconds: [3, 15.5],
  picturesPerSecond: [24, 60],
};
export const o1VideoLimits: MediaLimits = {
  bytes: 200 * megabyte,
  side: [700, 2160],
  ratio: [0, anySide],
  seconds: [3, 10],
  picturesPerSecond: [24, 60],
};

/** How long a motion reference may be follows from whose orientation the character keeps. */
export function motionVideoLimits(orientation: 'image' | 'video'): MediaLimits {
  return {
    bytes: 100 * megabyte,
    side: [340, 3850],
    ratio: [0, anySide],
    seconds: orientation === 'video' ? [3, 30] : [3, 10],
  };
}
