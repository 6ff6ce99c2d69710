/**
 * A process that this run started: it says when it is ready, may be told things, and goes when we go (its channel to us
 * closes, however we die).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { bundled, type EntryName } from './bundle.ts';
import { endAtExit } from './leftovers.ts';

export type Ending = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  pid: number;
  /** Resolves when the process is gone. */
  exited: Promise<Ending>;
  /** What it said when it was ready. */
  ready: unknown;
  say(message: object): void;
  /** Resolves with the next message of this kind. */
  heard(kind: string): Promise<unknown>;
  onMessage(kind: string, listener: (message: unknown) => void): void;
  signal(name: NodeJS.Signals): void;
};

export type ChildOptions = {
  entry: EntryName;
  env?: Record<string, string>;
  /** What it prints goes there. */
  logFile: string;
  /** Longest time to be ready. */
  patienceMs?: number;
  /** Kills it when this resolves, unless it is ready by then. */
  killWhen?: (pid: number) => Promise<unknown>;
  /** What it says before it is ready. */
  onEarly?: (message: unknown) => void;
};

const Message = z.looseObject({ kind: z.string() });
const PATIENCE_MS = 180_000;
const TAIL_CHARACTERS = 2_000;

export class ChildStartError extends Error {}

export async function startChild(options: ChildOptions): Promise<Child> {
  const { script, args } = await bundled(options.entry);
  const log = openSync(options.logFile, 'a');
  const forked = fork(script, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...options.env },
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  endAtExit(forked);
  const exited = once(forked, 'exit').then(
    ([code, signal]): Ending => ({ code, signal }),
    (error): Ending => {
      throw error;
    },
  );
  const listeners = listen(forked);
  let starting = true;
  void options.killWhen?.(forked.pid ?? -1).then(() => {
    if (starting) forked.kill('SIGKILL');
  });
  if (options.onEarly) forked.on('message', options.onEarly);
  const ready = await Promise.race([
    listeners.next('ready'),
    exited.then((ending) => {
      throw new ChildStartError(`${options.entry} ended at its start (${JSON.stringify(ending)})`);
    }),
    patience(options.patienceMs ?? PATIENCE_MS, options.entry),
  ]).catch((error: unknown) => {
    forked.kill('SIGKILL');
    throw new ChildStartError(`${String(error)}\n${tailOf(options.logFile)}`);
  });
  starting = false;
  if (options.onEarly) forked.off('message', options.onEarly);
  return {
    pid: forked.pid ?? -1,
    exited,
    ready,
    say: (message) => {
      if (forked.connected) forked.send(message, () => {});
    },
    heard: listeners.next,
    onMessage: listeners.on,
    signal: (name) => void forked.kill(name),
  };
}

function listen(forked: ChildProcess): {
  on: Child['onMessage'];
  next: (kind: string) => Promise<unknown>;
} {
  const all: { kind: string; listener: (message: unknown) => void }[] = [];
  forked.on('message', (raw) => {
    const { kind } = Message.parse(raw);
    for (const each of [...all]) if (each.kind === kind) each.listener(raw);
  });
  const on: Child['onMessage'] = (kind, listener) => void all.push({ kind, listener });
  return {
    on,
    next: (kind) =>
      new Promise((resolve) => {
        const entry = {
          kind,
          listener: (message: unknown) => {
            all.splice(all.indexOf(entry), 1);
            resolve(message);
          },
        };
        all.push(entry);
      }),
  };
}

function patience(ms: number, name: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name} was not ready after ${ms} ms`)), ms).unref();
  });
}

export function tailOf(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8').slice(-TAIL_CHARACTERS);
  } catch {
    return '';
  }
}
