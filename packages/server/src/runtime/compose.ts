/** Small parts of the composition: whose seal key this is, and the numbers that are read now and then. */

export { doorWriters as deliveryWriters } from '../http/doors/deliveries.ts';

import type { Clock } from '../effects/clock/clock.ts';
import type { Secrets } from '../effects/secrets/secrets.ts';
import type { Metrics } from '../effects/telemetry/metrics.ts';
import type { Books } from '../lifecycle/operate/books.ts';
import type { Store } from '../store/store.ts';
import { readDrift, readGauges } from './gauges.ts';

const GAUGES_EVERY_MS = 5_000;

export class SealKeyError extends Error {}

/** Credentials sealed with one key must not meet a process that holds another: it could neither read nor add any. */
export async function refuseForeignSealKey(store: Store, secrets: Secrets): Promise<void> {
  const fingerprint = secrets.fingerprint();
  if (await store.nodes.claimSetting('seal_key', fingerprint)) return;
  if ((await store.nodes.readSetting('seal_key')) === fingerprint) return;
  throw new SealKeyError(
    'This database was set up with another seal key. Give every process the same SLUICE_SEAL_KEY, or the data ' +
      'folder with the seal.key that belongs to this database.',
  );
}

export async function refreshGauges(
  store: Store,
  books: Pick<Books, 'drift'>,
  metrics: Metrics,
  clock: Clock,
  stop: AbortSignal,
  onTrouble: (error: unknown) => void,
): Promise<void> {
  while (!stop.aborted) {
    await readGauges(store, metrics).catch(onTrouble);
    await readDrift(books, metrics).catch(onTrouble);
    await clock.sleep(GAUGES_EVERY_MS, stop);
  }
}
