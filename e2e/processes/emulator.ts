/** Kling's emulator as a process, with its own log of what it took on and its desk for making things go wrong. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';

export type EmulatorOptions = {
  acceptLog: string;
  logFile: string;
  concurrency?: number;
  units?: string;
  /** Clips with one held picture: cheap to make. */
  still?: boolean;
  timing?: Record<string, number>;
};

const Accept = z.object({ at: z.number(), id: z.string(), externalId: z.string().nullable() });
export type Accept = z.infer<typeof Accept>;

const State = z.object({
  tasks: z.array(
    z.object({
      id: z.string(),
      externalId: z.string().nullable(),
      status: z.string(),
      version: z.string().nullable(),
      createdAt: z.number(),
      updatedAt: z.number(),
    }),
  ),
});
export type EmulatedTask = z.infer<typeof State>['tasks'][number];

const Exchanges = z.object({
  exchanges: z.array(
    z.object({ at: z.number(), method: z.string(), path: z.string(), status: z.number().nullable() }),
  ),
});
export type Exchange = z.infer<typeof Exchanges>['exchanges'][number];

export type Emulator = Child & {
  url: string;
  /** Everything it ever took on, from its log on the disk. */
  accepts(): Promise<Accept[]>;
  tasks(): Promise<EmulatedTask[]>;
  exchanges(): Promise<Exchange[]>;
  faults(script: object): Promise<void>;
  settings(change: object): Promise<void>;
};

const QUICK = { queueMs: 60, renderBaseMs: 350, renderMsPerSecond: 0, jitter: 0.3, callbackMs: 20 };

export const EMULATOR_KEY = 'api-key-kling-sandbox';

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { acceptLog, concurrency = 20, units = '1000000', still = true } = options;
  const timing = { ...QUICK, ...options.timing };
  const child = await startChild({
    entry: 'emulator',
    logFile: options.logFile,
    env: { E2E_EMULATOR: JSON.stringify({ logFile: acceptLog, concurrency, units, still, timing }) },
  });
  const { url } = z.object({ url: z.string() }).parse(child.ready);
  return {
    ...child,
    url,
    accepts: async () =>
      (await readFile(acceptLog, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Accept.parse(JSON.parse(line))),
    tasks: async () => State.parse(await control(url, 'GET', 'state')).tasks,
    exchanges: async () => Exchanges.parse(await control(url, 'GET', 'log')).exchanges,
    faults: async (script) => void (await control(url, 'POST', 'faults', script)),
    settings: async (change) => void (await control(url, 'POST', 'settings', change)),
  };
}

async function control(url: string, method: string, what: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/__emulator/${what}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the emulator answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The most tasks of one model version that were in flight at once, by the emulator's own times. */
export function mostAtOnce(tasks: readonly EmulatedTask[], endOf: (task: EmulatedTask) => number): number {
  const steps = tasks
    .flatMap((task) => [
      { at: task.createdAt, step: 1 },
      { at: endOf(task), step: -1 },
    ])
    // What ended in the same millisecond made room first.
    .sort((a, b) => a.at - b.at || a.step - b.step);
  let now = 0;
  let most = 0;
  for (const { step } of steps) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}
