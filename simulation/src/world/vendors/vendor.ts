/**
 * One vendor of a world: an emulator of its own behind addresses of its own, with the paths that lead to it, its own
 * log of what it took on, and its own memory of what became of it. The checks believe nobody else.
 */

import type { PriceSheet } from '@sluice/contract';
import type { EmulatorReply, EmulatorRequest } from '@sluice/emulators';
import type { AttemptState } from '@sluice/server/decide/task.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { Dice } from '../../dice.ts';
import type { Climate, Outage, ResellerClimate } from '../climate.ts';

export const pathNames = [
  'kling-main',
  'kling-legacy',
  'evolink',
  'fal',
  'replicate',
  'kie',
  'openrouter',
] as const;
export type PathName = (typeof pathNames)[number];

export type VendorPath = {
  name: PathName;
  provider: string;
  baseUrl: string;
  credential: Record<string, string>;
  settings: Record<string, string>;
  /** The operator's own sheet where the catalogue has none. */
  sheet: string | PriceSheet;
};

/** One job that the vendor took on. `mark`: what it was given of ours, our id or the token of the callback. */
export type VendorAccept = { id: string; mark: string };

export type VendorJob = {
  /** States that say the truth about it; empty while it has not ended. */
  ends: readonly AttemptState[];
  /** What the vendor took, in micro-dollars by the sheet; null: it does not tell. */
  chargedMicros: number | null;
  /** The vendor said different things about its end, or says that it never knew it. */
  contradicted: boolean;
  /** The vendor lost it: it denies that it ever had it, and bills nobody. */
  forgotten: boolean;
};

export type OutgoingCallback = {
  id: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
};

export type Vendor = {
  name: string;
  paths: readonly VendorPath[];
  apiOrigin: string;
  /** Where files are, and what else belongs to it. */
  origins: readonly string[];
  /** What must stand in no log: credentials and signing secrets. */
  secrets: readonly string[];
  outages: readonly Outage[];
  handle(request: EmulatorRequest): Promise<EmulatorReply>;
  /** Every job taken on, in order. Grows only. */
  accepts(): readonly VendorAccept[];
  job(id: string): VendorJob | null;
  nextChange(): number | null;
  dueCallbacks(): readonly OutgoingCallback[];
  callbackAnswered(id: string, status: number | null): void;
  /** The next create is refused for this. */
  refuseNext(why: 'throttled' | 'arrears' | 'forbidden' | 'no_model'): void;
  /** Loses the oldest job in flight, where it can. */
  forget(): void;
  /** Everything ends, nothing fails any more, and there is plenty of everything. */
  heal(): void;
};

export type VendorOptions = {
  clock: Clock;
  dice: Dice;
  climate: Climate;
  hit(point: string): void;
};

export type ResellerOptions = Omit<VendorOptions, 'climate'> & { reseller: ResellerClimate };

/** The token of one of our callback addresses, wherever in a request it stands. Null: there is none. */
export function tokenIn(text: string): string | null {
  return /\/callbacks\/[a-z0-9-]+\/([0-9a-f]{32,})/.exec(text)?.[1] ?? null;
}
