/** What one emulator of fal holds, and what it is built with. */
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import type { JobTiming } from '../jobs/book.ts';
import type { CallbackDesk } from '../jobs/callbacks.ts';
import type { JobFaults } from '../jobs/faults.ts';
import type { JobAccept, JobEmulator, JobOptions } from '../jobs/served.ts';
import type { FetchInput } from '../kling/inputs.ts';
import type { ClipMaker } from '../media/clip.ts';
import type { SigningKeys } from './keys.ts';
import type { FalQueue, FalRequest, QueueSettings } from './queue.ts';

export type FalAccountOptions = {
  name: string;
  apiKeys: readonly string[];
  /** Keys of scope ADMIN: they read the credits as well. */
  adminKeys?: readonly string[];
  /** Dollars; at nothing or less the account is locked. */
  credits?: number;
};

export type FalAccount = {
  name: string;
  apiKeys: readonly string[];
  adminKeys: readonly string[];
  leftMicros: number;
};

export type FalSettings = QueueSettings & {
  /** How long media live when the request does not say. */
  mediaLifeMs: number;
  /** A refused webhook is repeated so often, and so long after. fal's own plan has changed within 2026. */
  webhookRetries: number;
  webhookRetryMs: number;
};

export type FalOptions = JobOptions & {
  accounts: readonly FalAccountOptions[];
  /** Where status, result and cancel addresses point to (default: `publicUrl`). */
  queueUrl?: string;
  settings?: Partial<FalSettings>;
};

export type FalEmulator = JobEmulator & {
  /** May be changed at any time. */
  settings: FalSettings;
  keys: Pick<SigningKeys, 'rotate' | 'jwks'>;
  accounts: readonly FalAccount[];
  /** Every request as it stands: what a test holds our own words against. */
  requests(): readonly FalRequest[];
};

export type World = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  timing: JobTiming;
  settings: FalSettings;
  faults: JobFaults;
  callbacks: CallbackDesk;
  queue: FalQueue;
  keys: SigningKeys;
  clips: ClipMaker;
  still: boolean;
  accounts: FalAccount[];
  accepts: JobAccept[];
  publicUrl: string;
  queueUrl: string;
  fetchInput: FetchInput | null;
  accepted(accept: JobAccept): void;
  /** Charges and calls back for a request that is over. */
  ended(request: FalRequest): void;
  /** Applies what has come due, so that the state is that of this moment. */
  catchUp(): number;
};
