/**
 * Names to addresses. All of them, because each is checked; at most once per name at a time, because the
 * platform's look-up occupies one of few threads that file writes need too.
 */
import { lookup } from 'node:dns/promises';
import type { Clock } from '../clock/clock.ts';

/** Every address of a name; throws when there is none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export type Resolver = {
  addressesOf(host: string, signal: AbortSignal): Promise<readonly string[] | 'unknown' | 'gave_up'>;
  /** Nobody answered at these addresses: ask anew next time. */
  forget(host: string): void;
};

/** Long enough for a burst of polls, short enough for a fail-over. What is kept is checked at each use. */
const KEPT_MS = 10_000;
const KEPT_NAMES = 1_000;

/** The platform's own way, so that /etc/hosts and container name services work. */
export const systemResolve: ResolveHost = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

export function createResolver(resolve: ResolveHost, clock: Clock): Resolver {
  const kept = new Map<string, { until: number; addresses: Promise<readonly string[] | 'unknown'> }>();

  function ask(host: string): Promise<readonly string[] | 'unknown'> {
    const now = clock.monotonic();
    const known = kept.get(host);
    if (known && known.until > now) return known.addresses;
    const addresses = resolve(host).then(
      (found) => (found.length > 0 ? found : unknown(host)),
      () => unknown(host),
    );
    kept.delete(host);
    kept.set(host, { until: now + KEPT_MS, addresses });
    const oldest = kept.keys().next();
    if (kept.size > KEPT_NAMES && !oldest.done) kept.delete(oldest.value);
    return addresses;
  }

  /** A failure is not kept: the next request may be luckier. */
  function unknown(host: string): 'unknown' {
    kept.delete(host);
    return 'unknown';
  }

  return {
    addressesOf: (host, signal) =>
      new Promise((done) => {
        const giveUp = (): void => done('gave_up');
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        void ask(host).then((found) => {
          signal.removeEventListener('abort', giveUp);
          done(found);
        });
      }),
    forget: (host) => {
      kept.delete(host);
    },
  };
}
