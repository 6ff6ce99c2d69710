/**
 * A planted bug: a defect that the checks have to find. Planted by wrapping what a node is given, so that no switch of
 * ours stands in the code that ships.
 */
import type { Blobs } from '@sluice/server/effects/blobs/blobs.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { Outbound } from '@sluice/server/effects/outbound/outbound.ts';
import type { Database } from '@sluice/server/store/database.ts';
import type { Store } from '@sluice/server/store/store.ts';
import type { Size } from '../world/climate.ts';

export type Plant = {
  name: string;
  /** What somebody did wrong, in one sentence. */
  mistake: string;
  /** The worlds in which it can do harm; left out: those with one vendor. */
  paths?: Size['paths'];
  store?(store: Store, db: Database): Store;
  outbound?(outbound: Outbound, webhookSecrets: ReadonlyMap<string, string>): Outbound;
  blobs?(blobs: Blobs): Blobs;
  clock?(clock: Clock): Clock;
};
