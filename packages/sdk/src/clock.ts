/** Time and chance, handed in, so that tests of retries and waits never sleep. */

export type Clock = {
  /** Unix milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const platformClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(finish, ms);
      function finish(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      }
      signal?.addEventListener('abort', finish, { once: true });
    }),
};

/**
 * 128 random bits. Not `crypto.randomUUID`, which browsers withhold from pages served over plain http, and
 * a gateway in a private network is often reached that way.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `idem_${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
