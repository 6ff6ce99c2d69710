/**
 * The emulator as a process would meet it: a port, real time, callbacks over HTTP, and a log of
 * accepts on disk.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import { serveEmulator } from '../serve.ts';
import type { KlingCallback } from './callbacks.ts';
import { createKling, type KlingEmulator } from './handler.ts';
import type { FetchInput } from './inputs.ts';
import type { KlingAccept, KlingOptions } from './world.ts';

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

const callbackTimeoutMs = 10_000;
const inputTimeoutMs = 10_000;
const longestTimerMs = 60_000;

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

function openAcceptLog(path: string): { write(accept: KlingAccept): void; close(): void } {
  const file = openSync(path, 'a');
  return {
    write(accept) {
      writeSync(file, `${JSON.stringify(accept)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

/** Delivers what is due and sleeps until something else will be. */
function startCallbacks(kling: KlingEmulator, clock: EmulatorClock): { wake(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const wake = (): void => {
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    for (const callback of kling.dueCallbacks()) {
      void deliver(callback).then((status) => {
        kling.callbackAnswered(callback.id, status);
        if (status === null || status >= 300) wake();
      });
    }
    const at = kling.nextChange();
    if (at === null) return;
    timer = setTimeout(wake, Math.min(longestTimerMs, Math.max(1, at - clock.now())));
    timer.unref();
  };
  return {
    wake,
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

async function deliver(callback: KlingCallback): Promise<number | null> {
  try {
    const { 'content-length': _length, ...headers } = callback.headers;
    const response = await fetch(callback.url, {
      method: 'POST',
      headers,
      body: callback.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(callbackTimeoutMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null; // refused, unreachable, too slow: all the same to a sender
  }
}

const fetchInput: FetchInput = async (url) => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(inputTimeoutMs) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    return null;
  } catch {
    return null;
  }
};
