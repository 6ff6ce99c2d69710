/**
 * Small facts that stage 1 and the router need for every order and that change rarely: read through and kept for a
 * moment, so that accepting costs no extra query. Stale by at most `KEEP_MS`, and nothing that guards money is here.
 */

import type { Blobs } from '../effects/blobs/blobs.ts';
import type { Clock } from '../effects/clock/clock.ts';
import type { AccountTerms } from '../store/stats.ts';
import type { Store } from '../store/store.ts';

export type Gate = {
  /** A restored copy submits nothing until an operator confirms it. */
  quarantined(): Promise<boolean>;
  storageFull(): Promise<boolean>;
  termsOf(accountId: string): Promise<AccountTerms>;
  outcomes(family: string): Promise<ReadonlyMap<string, { failed: number; of: number }>>;
  renderTimes(pathName: string, shape: string): Promise<readonly number[]>;
};

const KEEP_MS = 1_000;
const STORAGE_KEEP_MS = 5_000;
const NAMES_MOST = 10_000;

export function createGate(store: Store, blobs: Blobs, clock: Clock, storageReserveBytes: number): Gate {
  const quarantine = kept(clock, KEEP_MS, async () => (await store.nodes.readSetting('quarantine')) === true);
  const storage = kept(clock, STORAGE_KEEP_MS, async () => {
    const free = await blobs.freeBytes();
    return free !== null && free < storageReserveBytes;
  });
  const terms = keptByName(clock, (accountId) => store.stats.termsOf(accountId));
  const outcomes = keptByName(clock, (family) => store.stats.outcomes(family));
  const times = keptByName(clock, async (name) => {
    const [pathName = '', shape = ''] = name.split('\n');
    return store.stats.renderTimes(pathName, shape);
  });
  return {
    quarantined: quarantine,
    storageFull: storage,
    termsOf: terms,
    outcomes,
    renderTimes: (pathName, shape) => times(`${pathName}\n${shape}`),
  };
}

function kept<Value>(clock: Clock, keepMs: number, read: () => Promise<Value>): () => Promise<Value> {
  let value: { is: Value; untilMs: number } | null = null;
  return async () => {
    if (value === null || clock.monotonic() >= value.untilMs)
      value = { is: await read(), untilMs: clock.monotonic() + keepMs };
    return value.is;
  };
}

function keptByName<Value>(
  clock: Clock,
  read: (name: string) => Promise<Value>,
): (name: string) => Promise<Value> {
  const values = new Map<string, { is: Value; untilMs: number }>();
  return async (name) => {
    const known = values.get(name);
    if (known && clock.monotonic() < known.untilMs) return known.is;
    if (values.size >= NAMES_MOST) values.clear();
    const is = await read(name);
    values.set(name, { is, untilMs: clock.monotonic() + KEEP_MS });
    return is;
  };
}
