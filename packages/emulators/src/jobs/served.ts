/** An emulator of jobs as a process would meet it: a port, real time, callbacks over HTTP, accepts on disk. */
import { randomBytes } from 'node:crypto';
import type { Emulator, EmulatorClock, EmulatorRandom } from '../exchange.ts';
import type { FetchInput } from '../kling/inputs.ts';
import type { ClipMaker } from '../media/clip.ts';
import { type Caller, fetchInput, openAcceptLog, startCallbacks } from '../outward.ts';
import { serveEmulator } from '../serve.ts';
import type { JobTiming } from './book.ts';
import type { JobFaults } from './faults.ts';

/** One job that the vendor took on: what a double render would be counted by. */
export type JobAccept = {
  at: number;
  account: string;
  id: string;
  model: string;
  callbackUrl: string | null;
};

export type JobEmulator = Emulator &
  Caller & {
    faults: JobFaults;
    /** Every job taken on, in order. Grows only. */
    accepts: readonly JobAccept[];
    /** May be changed at any time. */
    timing: JobTiming;
  };

/** What every emulator of jobs is given. */
export type JobOptions = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  /** Where links point to, without a slash at the end. */
  publicUrl: string;
  timing?: Partial<JobTiming>;
  clips?: ClipMaker;
  /** Clips hold one picture: much cheaper, for simulations. */
  still?: boolean;
  /** Downloads inputs to look at them; without it they are taken as good, unless they can never answer. */
  fetchInput?: FetchInput;
  /** Told each accepted job, synchronously and before the answer leaves. */
  onAccept?: (accept: JobAccept) => void;
};

export type ServeJobOptions = Partial<JobOptions> & {
  port?: number;
  host?: string;
  /** Each accept becomes one JSON line here, on the disk before the answer leaves. */
  logFile?: string;
  /** Whether inputs are downloaded and looked at (default: yes). */
  readInputs?: boolean;
};

export type ServedJobs<E extends JobEmulator> = { url: string; emulator: E; close(): Promise<void> };

export async function serveJobs<E extends JobEmulator>(
  options: ServeJobOptions,
  build: (options: JobOptions) => E,
): Promise<ServedJobs<E>> {
  const log = options.logFile === undefined ? null : openAcceptLog(options.logFile);
  const clock = options.clock ?? { now: () => Date.now() };
  let wake = (): void => {};
  const served = await serveEmulator({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    afterRequest: () => wake(),
  });
  const emulator = build({
    ...options,
    clock,
    random: options.random ?? { fraction: Math.random, bytes: (length) => randomBytes(length) },
    publicUrl: options.publicUrl ?? served.url,
    onAccept(accept) {
      log?.write(accept);
      options.onAccept?.(accept);
    },
    ...(options.readInputs === false ? {} : { fetchInput }),
  });
  served.attach(emulator);
  const pump = startCallbacks(emulator, clock);
  wake = pump.wake;
  return {
    url: served.url,
    emulator,
    async close() {
      pump.stop();
      await served.close();
      log?.close();
    },
  };
}
