/**
 * What an emulator behind a port does towards the outside, in real time: callbacks over HTTP, downloads of inputs,
 * and a log of accepts on disk.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { EmulatorClock } from './exchange.ts';
import type { FetchInput } from './kling/inputs.ts';

export type OutgoingCallback = {
  /** Of this delivery. */
  id: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
};

/** An emulator that calls back. */
export type Caller = {
  nextChange(): number | null;
  dueCallbacks(): OutgoingCallback[];
  callbackAnswered(id: string, status: number | null): void;
};

const callbackTimeoutMs = 10_000;
const inputTimeoutMs = 10_000;
const longestTimerMs = 60_000;

export function openAcceptLog(path: string): { write(accept: object): void; close(): void } {
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
export function startCallbacks(caller: Caller, clock: EmulatorClock): { wake(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const wake = (): void => {
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    for (const callback of caller.dueCallbacks()) {
      void deliver(callback).then((status) => {
        caller.callbackAnswered(callback.id, status);
        if (status === null || status >= 300) wake();
      });
    }
    const at = caller.nextChange();
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

async function deliver(callback: OutgoingCallback): Promise<number | null> {
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

export const fetchInput: FetchInput = async (url) => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(inputTimeoutMs) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    return null;
  } catch {
    return null;
  }
};
