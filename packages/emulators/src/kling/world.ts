/** Everything that one emulator holds, handed to each route. */
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import type { ClipMaker } from '../media/clip.ts';
import type { Account, KlingAccountOptions } from './account.ts';
import type { CallbackDesk } from './callbacks.ts';
import type { FaultChance, KlingFaults } from './faults.ts';
import type { FetchInput } from './inputs.ts';
import type { LinkMaker } from './render.ts';
import type { KlingSettings, KlingTiming } from './settings.ts';
import type { KlingState } from './state.ts';

/** One task that the vendor took on: what a double render would be counted by. */
export type KlingAccept = {
  at: number;
  account: string;
  id: string;
  externalId: string | null;
  endpoint: string;
  model: string;
};

export type KlingOptions = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  accounts: KlingAccountOptions[];
  /** Where output links point to, without a slash at the end. */
  publicUrl: string;
  timing?: Partial<KlingTiming>;
  settings?: Partial<KlingSettings>;
  /** Faults by chance; scripted ones are added through `faults.next`. */
  faults?: FaultChance[];
  outputs?: {
    lifeMs?: number;
    clips?: ClipMaker;
    /** Clips hold one picture: much cheaper, for simulations. */
    still?: boolean;
  };
  /**
   * Downloads inputs to check them; without it they are taken as good, unless their address cannot
   * answer.
   */
  fetchInput?: FetchInput;
  /** Told each accepted task, synchronously and before the answer leaves. */
  onAccept?: (accept: KlingAccept) => void;
};

/** One answered request, for inspection. */
export type KlingExchange = {
  at: number;
  method: string;
  path: string;
  /** Null: the connection was cut. */
  status: number | null;
};

export type World = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  state: KlingState;
  timing: KlingTiming;
  settings: KlingSettings;
  faults: KlingFaults;
  callbacks: CallbackDesk;
  clips: ClipMaker;
  stillClips: boolean;
  links: LinkMaker;
  linkSecret: Uint8Array;
  fetchInput: FetchInput | null;
  accepts: KlingAccept[];
  exchanges: KlingExchange[];
  accepted(accept: KlingAccept): void;
  /** Applies what has come due, so that the state is that of this moment. */
  catchUp(): number;
};

/** The part of a request that routes look at. */
export type Call = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Uint8Array;
  account: Account;
  apiKey: string | null;
};
