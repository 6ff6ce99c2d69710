/** From a video to what the gateway knows: one observation. Pure mapping, no requests. */
import type { Observation, ObservedOutput, ObservedStatus, PathContext } from '../contract.ts';
import { failureOf } from './errors.ts';
import type { Shape } from './settings.ts';
import type { Video } from './wire.ts';

/**
 * The four words of the reference, and those that servers of this shape are documented to use besides (new-api
 * `processing`, others `pending`, `cancelled`, `expired`). A path's settings may add more.
 */
export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  queued: 'queued',
  pending: 'queued',
  in_progress: 'running',
  processing: 'running',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
  canceled: 'canceled',
  expired: 'expired',
};

export function observationOf(video: Video, shape: Shape, path: PathContext): Observation {
  const known = meaningOf(video.status, shape);
  const outputs = known === 'succeeded' ? outputsOf(video, shape, path) : [];
  const { progress } = video;
  const ended = known === 'failed' || known === 'expired';
  return {
    ...emptyObservation(video.id),
    status: known === 'succeeded' && outputs.length === 0 ? 'unrecognised' : known,
    word: video.status.slice(0, 100),
    progress: typeof progress === 'number' && progress >= 0 && progress <= 100 ? Math.round(progress) : null,
    outputs,
    failure: ended
      ? { ...failureOf(video.error), ...(known === 'expired' ? { class: 'expired' } : {}) }
      : null,
    changedAtMs: video.completed_at,
  };
}

function meaningOf(word: string, shape: Shape): ObservedStatus | 'unrecognised' {
  const own = shape.status_words?.get(word);
  if (own !== undefined) return own;
  return Object.hasOwn(statusWords, word) ? (statusWords[word] ?? 'unrecognised') : 'unrecognised';
}

export function emptyObservation(upstreamId: string): Omit<Observation, 'status' | 'word'> {
  return {
    upstreamId,
    correlationId: null,
    progress: null,
    outputs: [],
    failure: null,
    cost: null,
    changedAtMs: null,
  };
}

/** By the reference the bytes stand behind the key at a fixed address; other servers name a link in the answer. */
function outputsOf(video: Video, shape: Shape, path: PathContext): ObservedOutput[] {
  const given = shape.link_field === undefined ? contentOf(video, path) : valueAt(video, shape.link_field);
  if (typeof given !== 'string' || given.length > 8192) return [];
  const url =
    /^\/(?!\/)/.test(given) && URL.canParse(given, path.baseUrl) ? new URL(given, path.baseUrl).href : given;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return [];
  const seconds = Number(video.seconds ?? Number.NaN);
  const length = seconds > 0 && seconds < 3_600 ? seconds : null;
  return [{ url, expiresAtMs: video.expires_at, livesFromMs: video.completed_at, seconds: length }];
}

function contentOf(video: Video, path: PathContext): string {
  return `${path.baseUrl.replace(/\/+$/, '')}/videos/${encodeURIComponent(video.id)}/content`;
}

function valueAt(value: unknown, field: string): unknown {
  return field.split('.').reduce<unknown>((inner, name) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([key]) => key === name)?.[1];
  }, value);
}
