/** What ended attempts show about a path: waits, renders, refusals, callbacks, links, lengths and the true price. */
import { type Distribution, decimalFromMicros, type PathMeasures } from '@sluice/contract';
import { type LimitChange, limitsInHour } from './limit-history.ts';
import { quantile } from './polling.ts';

/** One attempt that ended; instants in Unix ms. */
export type Measured = {
  shape: string;
  family: string;
  state: string;
  reason: string | null;
  sent_at: number;
  accepted_at: number | null;
  ended_at: number;
  cost_micros: bigint | null;
  ordered_at: number;
  error_code: string | null;
  delivered_seconds: number | null;
  expires_at: number | null;
  stored_at: number | null;
  lost: boolean | null;
  called_at: number | null;
  /** By the upstream's own word. */
  upstream_ended_at: number | null;
  refusal_kind: string | null;
  verified: boolean | null;
};

type Folded = Omit<PathMeasures, 'object' | 'path' | 'from' | 'to' | 'measured_to' | 'limits' | 'promises'>;

const HOUR_MS = 3_600_000;
const REASONS_MOST = 10;
const REASON_LENGTH = 120;

/** `calledBack`: whether upstreams were given an address to call. */
export function measuresOf(
  attempts: readonly Measured[],
  calledBack: boolean,
  limits: readonly LimitChange[] = [],
): Folded {
  const accepted = attempts.filter(({ state }) => state !== 'refused' && state !== 'abandoned');
  const delivered = attempts.filter(({ delivered_seconds: seconds }) => seconds !== null);
  const hours = hoursOf(attempts, limits);
  const called = accepted.filter(({ called_at: at }) => at !== null);
  return {
    attempts: attempts.length,
    hours,
    most_in_flight: Math.max(0, ...hours.map(({ most_in_flight: most }) => most)),
    refusals: refusalsOf(attempts),
    submit_ms: spread(
      accepted.flatMap(({ sent_at, accepted_at }) => (accepted_at === null ? [] : [accepted_at - sent_at])),
    ),
    queue_wait_ms: spread(attempts.map(({ ordered_at, sent_at }) => sent_at - ordered_at)),
    detection_lag_ms: spread(
      attempts.flatMap(({ upstream_ended_at: told, ended_at }) => (told === null ? [] : [ended_at - told])),
    ),
    save_ms: spread(
      attempts.flatMap(({ stored_at, ended_at }) => (stored_at === null ? [] : [stored_at - ended_at])),
    ),
    renders: rendersOf(accepted),
    callbacks: {
      expected: calledBack ? accepted.length : 0,
      arrived: called.length,
      share: calledBack ? share(called.length, accepted.length) : null,
      verified: called.filter(({ verified }) => verified === true).length,
      delay_ms: spread(
        called.flatMap(({ called_at: at, upstream_ended_at: told }) =>
          at === null || told === null ? [] : [at - told],
        ),
      ),
    },
    ends: endsOf(attempts),
    links: linksOf(attempts),
    length: lengthOf(delivered),
    money: moneyOf(attempts, delivered),
  };
}

export function spread(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const sorted = values.map((value) => Math.max(0, value)).sort((a, b) => a - b);
  const at = (part: number) => Math.round(quantile(sorted, part));
  const most = sorted.at(-1) ?? 0;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), most };
}

/** By hour of the send: how many, how many at once at most, how many were refused. */
function hoursOf(attempts: readonly Measured[], limits: readonly LimitChange[]): Folded['hours'] {
  const steps = attempts
    .filter(({ state }) => state !== 'refused')
    .flatMap(({ sent_at, ended_at }) => [
      { at: sent_at, by: 1 },
      { at: Math.max(sent_at, ended_at), by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  const used = new Set(attempts.map(({ family }) => family));
  const own = limits.filter(({ family }) => used.has(family));
  const hours = new Map<number, { attempts: number; most: number; refused: number }>();
  const hourOf = (ms: number) => {
    const hour = Math.floor(ms / HOUR_MS) * HOUR_MS;
    const known = hours.get(hour) ?? { attempts: 0, most: 0, refused: 0 };
    hours.set(hour, known);
    return known;
  };
  for (const { sent_at, state } of attempts) {
    const hour = hourOf(sent_at);
    hour.attempts += 1;
    if (state === 'refused') hour.refused += 1;
  }
  let inFlight = 0;
  for (const { at, by } of steps) {
    inFlight += by;
    const hour = hourOf(at);
    hour.most = Math.max(hour.most, inFlight);
  }
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([hour, { attempts: count, most, refused }]) => ({
      hour: new Date(hour).toISOString(),
      attempts: count,
      most_in_flight: most,
      refused,
      limits: limitsInHour(own, hour),
    }));
}

function refusalsOf(attempts: readonly Measured[]): Folded['refusals'] {
  const counts = new Map<string, number>();
  for (const { state, reason, refusal_kind: named } of attempts) {
    if (state !== 'refused') continue;
    const kind = (named ?? reason ?? 'refused').slice(0, REASON_LENGTH);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, REASONS_MOST)
    .map(([kind, count]) => ({ kind, count, share: share(count, attempts.length) ?? 0 }));
}

function rendersOf(attempts: readonly Measured[]): Folded['renders'] {
  const shapes = new Map<string, Measured[]>();
  for (const each of attempts) {
    const group = shapes.get(each.shape);
    if (group) group.push(each);
    else shapes.set(each.shape, [each]);
  }
  return [...shapes].map(([shape, group]) => {
    const rendered = group.filter(({ state }) => state === 'succeeded');
    const seconds = orderedSeconds(shape);
    const [model = '', mode = '', resolution = ''] = shape.split('/');
    return {
      model,
      mode,
      resolution,
      seconds,
      rendered: rendered.length,
      failed: group.filter(({ state }) => state === 'failed' || state === 'expired').length,
      render_ms: spread(
        rendered.flatMap(({ accepted_at, ended_at, upstream_ended_at: told }) =>
          accepted_at === null ? [] : [(told ?? ended_at) - accepted_at],
        ),
      ),
      delivered_seconds: sum(group.map(({ delivered_seconds: each }) => each ?? 0)),
      cost: decimalFromMicros(costOf(group)),
    };
  });
}

/** Shapes end with the ordered length; null where it followed an input. */
function orderedSeconds(shape: string): number | null {
  const last = shape.split('/').at(-1) ?? '';
  return /^\d+$/.test(last) ? Number(last) : null;
}

function endsOf(attempts: readonly Measured[]): Folded['ends'] {
  const count = (state: string) => attempts.filter((each) => each.state === state).length;
  const [succeeded, failed, expired] = [count('succeeded'), count('failed'), count('expired')];
  const moderated = attempts.filter(
    ({ error_code: code, state }) => code === 'moderated' && state === 'failed',
  );
  const ended = succeeded + failed + expired;
  return {
    succeeded,
    failed,
    canceled: count('canceled'),
    expired,
    abandoned: count('abandoned'),
    moderated: moderated.length,
    failure_share: share(failed + expired - moderated.length, ended),
    moderation_share: share(moderated.length, ended),
  };
}

function linksOf(attempts: readonly Measured[]): Folded['links'] {
  const lives = attempts.flatMap(({ expires_at, ended_at }) =>
    expires_at === null ? [] : [Math.round((expires_at - ended_at) / 1000)],
  );
  const stated =
    lives.length === 0 ? null : { least: Math.min(...lives), most: Math.max(...lives), count: lives.length };
  return { stated_life_seconds: stated, lost: attempts.filter(({ lost }) => lost === true).length };
}

function lengthOf(delivered: readonly Measured[]): Folded['length'] {
  const ordered = delivered.filter(({ shape }) => orderedSeconds(shape) !== null);
  const wanted = sum(ordered.map(({ shape }) => orderedSeconds(shape) ?? 0));
  const came = sum(ordered.map(({ delivered_seconds: seconds }) => seconds ?? 0));
  return { ordered_seconds: wanted, delivered_seconds: came, ratio: wanted === 0 ? null : came / wanted };
}

/** All that the upstream took, whatever became of it, over what was really delivered. */
function moneyOf(attempts: readonly Measured[], delivered: readonly Measured[]): Folded['money'] {
  const cost = costOf(attempts);
  const wasted = costOf(attempts.filter(({ delivered_seconds: seconds }) => seconds === null));
  const seconds = sum(delivered.map(({ delivered_seconds: each }) => each ?? 0));
  const perSecond = perDeliveredSecondMicros(cost, seconds);
  return {
    cost: decimalFromMicros(cost),
    cost_of_failures: decimalFromMicros(wasted),
    delivered_seconds: seconds,
    per_delivered_second: perSecond === null ? null : decimalFromMicros(perSecond),
  };
}

function perDeliveredSecondMicros(cost: bigint, seconds: number): bigint | null {
  const ms = BigInt(Math.round(seconds * 1000));
  return ms === 0n ? null : (cost * 1000n + ms - 1n) / ms;
}

function costOf(attempts: readonly Measured[]): bigint {
  return attempts.reduce((total, { cost_micros: micros }) => total + (micros ?? 0n), 0n);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
