/** From a job to what the gateway knows: one observation. Pure mapping, no requests. */
import type { Observation, ObservedOutput, ObservedStatus, PathContext, UpstreamCost } from '../contract.ts';
import { failureOf } from './errors.ts';
import { microsOf, type VideoJob } from './wire.ts';

/** The words of the reference; `dead` is known to the vendor's AI SDK provider only. */
export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  pending: 'queued',
  in_progress: 'running',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
  expired: 'expired',
  dead: 'failed',
};

export function observationOf(job: VideoJob, path: PathContext): Observation {
  // Own property only: the word comes from outside and "constructor" is no status.
  const known = Object.hasOwn(statusWords, job.status)
    ? (statusWords[job.status] ?? 'unrecognised')
    : 'unrecognised';
  const outputs = known === 'succeeded' ? outputsOf(job, path) : [];
  return {
    ...emptyObservation(job.id, null),
    status: known === 'succeeded' && outputs.length === 0 ? 'unrecognised' : known,
    word: job.status.slice(0, 100),
    outputs,
    failure:
      known === 'expired'
        ? { ...failureOf(job.error, job.status), class: 'expired' }
        : known === 'failed'
          ? failureOf(job.error, job.status)
          : null,
    cost: costOf(job),
  };
}

export function emptyObservation(
  upstreamId: string,
  correlationId: string | null,
): Omit<Observation, 'status' | 'word'> {
  return {
    upstreamId,
    correlationId,
    progress: null,
    outputs: [],
    failure: null,
    cost: null,
    changedAtMs: null,
  };
}

/** Signed links first: they need no key. The proxy's link may be written without its host. */
function outputsOf({ urls, unsigned_urls: proxied }: VideoJob, path: PathContext): ObservedOutput[] {
  for (const given of [...urls, ...proxied]) {
    const url = absolute(given, path.baseUrl);
    if (url !== null) return [{ url, expiresAtMs: expiryOf(url), livesFromMs: null, seconds: null }];
  }
  return [];
}

function absolute(given: string, baseUrl: string): string | null {
  if (given.length > 8192) return null;
  if (/^https?:\/\//i.test(given)) return URL.canParse(given) ? given : null;
  const hostless = /^\/(?!\/)/.test(given);
  return hostless && URL.canParse(given, baseUrl) ? new URL(given, baseUrl).toString() : null;
}

/** How long links live is not documented; signed ones say it themselves, in one of the usual forms. */
function expiryOf(url: string): number | null {
  const query = new URL(url).searchParams;
  const at = query.get('Expires') ?? query.get('expires');
  if (at !== null && /^\d{10}$/.test(at)) return Number(at) * 1000;
  const life = query.get('X-Amz-Expires') ?? query.get('X-Goog-Expires');
  const since = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(
    query.get('X-Amz-Date') ?? query.get('X-Goog-Date') ?? '',
  );
  if (life === null || !/^\d{1,7}$/.test(life) || !since) return null;
  const [, year, month, day, hour, minute, second] = since;
  const fromMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(fromMs) ? null : fromMs + Number(life) * 1000;
}

/** With a key of our own at the provider behind it, only a fee is told here: no amount beats a wrong one. */
function costOf({ usage }: VideoJob): UpstreamCost | null {
  if (usage?.cost == null || usage.is_byok === true) return null;
  const amountMicros = microsOf(usage.cost);
  return amountMicros === null || amountMicros < 0n ? null : { unit: 'USD', amountMicros };
}
