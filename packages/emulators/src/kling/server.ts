/**
 * The emulator as a process would meet it: a port, real time, callbacks over HTTP, and a log of
 * accepts on disk.
 */
import { randomBytes } from 'node:crypto';
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import { fetchInput, openAcceptLog, startCallbacks } from '../outward.ts';
import { serveEmulator } from '../serve.ts';
import { createKling, type KlingEmulator } from './handler.ts';
import type { KlingOptions } from './world.ts';

export type ServeKlingOptions = Omit<KlingOptions, 'clock' | 'random' | 'publicUrl' | 'fetchInput'> & {
  clock?: EmulatorClock;
  random?: EmulatorRandom;
  /** By default where the server listens. */
  publicUrl?: string;
  port?: number;
  host?: string;
  /** Each accept becomes one JSON line here, on the disk before the answer leaves. */
  logFile?: string;
  /** Whether inputs are downloaded and looked at (default: yes). */
  readInputs?: boolean;
};

export type ServedKling = {
  url: string;
  kling: KlingEmulator;
  close(): Promise<void>;
};

export async function serveKling(options: ServeKlingOptions): Promise<ServedKling> {
  const log = options.logFile === undefined ? null : openAcceptLog(options.logFile);
  let wake = (): void => {};
  const served = await serveEmulator({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    afterRequest: () => wake(),
  });
  const kling = createKling({
    ...options,
    clock: options.clock ?? { now: () => Date.now() },
    random: options.random ?? { fraction: Math.random, bytes: (length) => randomBytes(length) },
    publicUrl: options.publicUrl ?? served.url,
    onAccept(accept) {
      log?.write(accept);
      options.onAccept?.(accept);
    },
    ...(options.readInputs === false ? {} : { fetchInput }),
  });
  served.attach(kling);
  const pump = startCallbacks(kling, options.clock ?? { now: () => Date.now() });
  wake = pump.wake;
  return {
    url: served.url,
    kling,
    async close() {
      pump.stop();
      await served.close();
      log?.close();
    },
  };
}
