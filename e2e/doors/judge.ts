/**
 * What a client of somebody else is put through at our doors, and what it is given for it. A client is one file in
 * `clients/` and one line in `judges.ts`; how its library does a thing is its own business.
 */
import type { Sluice } from '@sluice/sdk';

export const operations = [
  'text-to-video',
  'image-to-video',
  'wait',
  'download',
  'list',
  'cancel',
  'moderated failure',
  'insufficient balance',
  'unknown model',
] as const;
export type OperationName = (typeof operations)[number];

export type DoorWorld = {
  /** Of the gateway. */
  url: string;
  key: string;
  /** Of an account without money. */
  poorKey: string;
  /** Of whoever runs the gateway. */
  operatorKey: string;
  /** The first account by the native API. */
  sluice: Sluice;
  /** A PNG that every model takes as a frame. */
  picture: Uint8Array<ArrayBuffer>;
  /** Nothing is admitted while this runs: what is ordered in it waits. */
  whilePaused<Value>(run: () => Promise<Value>): Promise<Value>;
};

/** Throws when the client does not get what it was made to expect. */
export type Try = (world: DoorWorld) => Promise<void>;

export type DoorJudge = {
  /** As the table shows it: library, version, way of use. */
  client: string;
  operations: Record<OperationName, Try | { none: string }>;
  /** One create, as a user of the library writes it, with all its own retries; null when it is no HTTP client. */
  create: ((at: { url: string; key: string }, prompt: string) => Promise<unknown>) | null;
};

export function expectThat(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** The error with which a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const failure = await call.then(
    () => null,
    (error: unknown) => error,
  );
  expectThat(failure instanceof Error, 'the call should have failed');
  return { ...failure, name: failure.name, message: failure.message };
}

/** Bytes as the client received them, against what lies in the store of that task. */
export async function expectStored(world: DoorWorld, taskId: string, bytes: Uint8Array): Promise<void> {
  const task = await world.sluice.tasks.get(taskId);
  const clip = task.assets.find(({ kind }) => kind === 'video');
  expectThat(clip, `${taskId} has no clip`);
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', bytes.slice())).toString('hex');
  expectThat(hash === clip.sha256, `${bytes.length} bytes of ${taskId} are not the ${clip.bytes} stored`);
}
