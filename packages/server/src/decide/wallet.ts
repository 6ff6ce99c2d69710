/**
 * What the readings of an upstream wallet mean: how fast it empties, when it runs out, and whether what is under way
 * may already use it up. Amounts in the wallet's own unit, in micro-units.
 */

export type Reading = { atMs: number; remainingMicros: bigint };

export type WalletState =
  | 'ok'
  /** Runs out within a day at the present pace. */
  | 'low'
  /** What is under way may cost more than is left: nothing more is sent. */
  | 'short';

const KEEP_MS = 48 * 3_600_000;
const APART_MS = 15 * 60_000;
const LOW_MS = 24 * 3_600_000;
/** A pace that rests on less than this is no pace. */
const SPAN_LEAST_MS = 30 * 60_000;

/** Adds one; keeps two days of them, a quarter of an hour apart, oldest first. The newest is always kept. */
export function withReading(readings: readonly Reading[], reading: Reading): Reading[] {
  const recent = readings.filter(({ atMs }) => atMs > reading.atMs - KEEP_MS && atMs < reading.atMs);
  const last = recent.at(-1);
  const before = recent.at(-2);
  // The newest but one gives way while it stands too close to the one before it.
  const crowded = last !== undefined && before !== undefined && last.atMs - before.atMs < APART_MS;
  return [...(crowded ? recent.slice(0, -1) : recent), reading];
}

/** Micro-units per hour by what went out; money that came in does not hide it. Null: too short a time to say. */
export function pacePerHourMicros(readings: readonly Reading[]): bigint | null {
  const [first] = readings;
  const last = readings.at(-1);
  if (!first || !last || last.atMs - first.atMs < SPAN_LEAST_MS) return null;
  let spent = 0n;
  readings.forEach(({ remainingMicros }, index) => {
    const before = readings[index - 1]?.remainingMicros ?? remainingMicros;
    if (remainingMicros < before) spent += before - remainingMicros;
  });
  return (spent * 3_600_000n) / BigInt(Math.round(last.atMs - first.atMs));
}

/**
 * When nothing is left, with what is under way taken off; null where nothing goes out or nobody can say.
 * `boundMicros`: the worst case of the attempts under way.
 */
export function runsOutAtMs(readings: readonly Reading[], boundMicros: bigint): number | null {
  const pace = pacePerHourMicros(readings);
  const last = readings.at(-1);
  if (pace === null || pace === 0n || !last) return null;
  const free = last.remainingMicros > boundMicros ? last.remainingMicros - boundMicros : 0n;
  return last.atMs + Number((free * 3_600_000n) / pace);
}

export function walletState(readings: readonly Reading[], boundMicros: bigint): WalletState {
  const last = readings.at(-1);
  if (!last) return 'ok';
  if (last.remainingMicros <= boundMicros) return 'short';
  const endMs = runsOutAtMs(readings, boundMicros);
  return endMs !== null && endMs - last.atMs < LOW_MS ? 'low' : 'ok';
}
