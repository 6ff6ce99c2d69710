/** Wrong keys per address: a bucket that empties by failures and refills with time. Right keys are never counted. */

export type Failures = {
  /** Seconds until this address may try an unknown key again; 0 when it may now. */
  waitSeconds(address: string, nowMs: number): number;
  count(address: string, nowMs: number): void;
};

type Bucket = { tokens: number; atMs: number };

/** Enough for an attack from many addresses; the memory that it may cost is bounded all the same. */
const ADDRESSES_MOST = 50_000;

export function createFailures(limits: { burst: number; perMinute: number }): Failures {
  const buckets = new Map<string, Bucket>();
  const perMs = limits.perMinute / 60_000;

  function read(address: string, nowMs: number): Bucket {
    const known = buckets.get(address);
    if (!known) return { tokens: limits.burst, atMs: nowMs };
    const tokens = Math.min(limits.burst, known.tokens + Math.max(0, nowMs - known.atMs) * perMs);
    return { tokens, atMs: nowMs };
  }

  return {
    waitSeconds: (address, nowMs) => {
      const { tokens } = read(address, nowMs);
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs / 1000);
    },
    count: (address, nowMs) => {
      const bucket = read(address, nowMs);
      buckets.delete(address);
      if (buckets.size >= ADDRESSES_MOST) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      buckets.set(address, { tokens: Math.max(0, bucket.tokens - 1), atMs: nowMs });
    },
  };
}
