/** Such an emulator as a process would meet it: a port, real time, callbacks over HTTP, a log of accepts on disk. */
import { randomBytes } from 'node:crypto';
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import { fetchInput, openAcceptLog, startCallbacks } from '../outward.ts';
import { serveEmulator } from '../serve.ts';
import type { RendererEmulator, WorldOptions } from './world.ts';

export type ServeRendererOptions = Omit<WorldOptions, 'clock' | 'random' | 'publicUrl' | 'fetchInput'> & {
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

export type ServedRenderer<Order, Emulated extends RendererEmulator<Order>> = {
  url: string;
  emulator: Emulated;
  close(): Promise<void>;
};

export async function serveRenderer<Order, Emulated extends RendererEmulator<Order>>(
  options: ServeRendererOptions,
  create: (options: WorldOptions) => Emulated,
): Promise<ServedRenderer<Order, Emulated>> {
  const { port, host, logFile, readInputs, ...rest } = options;
  const log = logFile === undefined ? null : openAcceptLog(logFile);
  const clock = options.clock ?? { now: () => Date.now() };
  let wake = (): void => {};
  const served = await serveEmulator({
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    afterRequest: () => wake(),
  });
  const emulator = create({
    ...rest,
    clock,
    random: options.random ?? { fraction: Math.random, bytes: (length) => randomBytes(length) },
    publicUrl: options.publicUrl ?? served.url,
    onAccept(accept) {
      log?.write(accept);
      options.onAccept?.(accept);
    },
    ...(readInputs === false ? {} : { fetchInput }),
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
