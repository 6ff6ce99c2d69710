/**
 * Death at a named point. The parts that the gateway is composed of are wrapped from outside, so production code knows
 * nothing of this: every method of every store, every way out, and the clip store call `pass` on both sides, and a
 * transaction calls it before its COMMIT. When the armed point is passed for the n-th time, the process sends itself
 * SIGKILL: nothing is flushed, nothing is closed, no handler runs.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Effects } from '@sluice/server';

export type Armed = {
  /**
   * `before|inside|after:store.<noun>.<method>`, `before|during|after:outbound.<what>`,
   * `before|after:blobs.<what>`.
   */
  point: string;
  hit: number;
};

export type Kills = { arm(armed: Armed | null): void };

type Request = Parameters<Effects['outbound']['request']>[0];
type Pass = (point: string) => void;

export function plantKills(effects: Effects): Kills {
  let armed: { point: string; left: number } | null = null;
  const pass: Pass = (point) => {
    if (armed?.point !== point) return;
    armed.left -= 1;
    if (armed.left <= 0) process.kill(process.pid, 'SIGKILL');
  };
  const method = new AsyncLocalStorage<string>();
  wrapStore(effects.store, method, pass);
  wrapTransactions(effects.database.db, method, pass);
  wrapOutbound(effects.outbound, pass);
  wrapBlobs(effects.blobs, pass);
  return {
    arm: (wish) => {
      armed = wish && { point: wish.point, left: wish.hit };
    },
  };
}

function wrapStore(store: Effects['store'], method: AsyncLocalStorage<string>, pass: Pass): void {
  for (const [noun, part] of Object.entries(store)) {
    for (const [verb, original] of Object.entries(part)) {
      if (typeof original !== 'function') continue;
      const name = `store.${noun}.${verb}`;
      Reflect.set(part, verb, async (...values: unknown[]) => {
        pass(`before:${name}`);
        const answer: unknown = await method.run(name, () => Reflect.apply(original, part, values));
        if (!isNothing(answer)) pass(`after:${name}`);
        return answer;
      });
    }
  }
}

function wrapTransactions(
  db: Effects['database']['db'],
  method: AsyncLocalStorage<string>,
  pass: Pass,
): void {
  const { transaction } = db;
  db.transaction = (body, options) =>
    transaction(async (tx) => {
      const answer = await body(tx);
      if (!isNothing(answer)) pass(`inside:${method.getStore()}`);
      return answer;
    }, options);
}

/** A claim that found nothing. */
function isNothing(answer: unknown): boolean {
  return answer === 0 || (Array.isArray(answer) && answer.length === 0);
}

function wrapOutbound(outbound: Effects['outbound'], pass: Pass): void {
  const { request, stream } = outbound;
  outbound.request = async (sent) => {
    const name = `outbound.${nameOf(sent)}`;
    pass(`before:${name}`);
    const answering = request(sent);
    // The next turn of the loop: the bytes may have left and may not.
    setImmediate(() => pass(`during:${name}`));
    const answer = await answering;
    pass(`after:${name}`);
    return answer;
  };
  outbound.stream = async (sent) => {
    pass('before:outbound.stream');
    const reply = await stream(sent);
    if (reply.kind !== 'streaming') return reply;
    return { ...reply, body: passing(reply.body, () => pass('during:outbound.stream')) };
  };
}

/** Passed when a further piece is asked for: what came before it is in the spool by then. */
async function* passing(body: AsyncIterable<Uint8Array>, pass: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    pass();
  }
}

/** What a request is for. Only the paid one and a webhook are sent with POST; questions by our id are told apart. */
function nameOf({ method, trust, url }: Request): 'submit' | 'webhook' | 'find' | 'ask' {
  if (method === 'POST') return trust === 'given' ? 'webhook' : 'submit';
  return /external_(task_)?ids?=/.test(url) ? 'find' : 'ask';
}

function wrapBlobs(blobs: Effects['blobs'], pass: Pass): void {
  const { publish, remove } = blobs;
  blobs.publish = async (incoming, key, options) => {
    const name = `blobs.publish.${key.split('/')[0]}`;
    pass(`before:${name}`);
    await publish(incoming, key, options);
    pass(`after:${name}`);
  };
  blobs.remove = async (key) => {
    pass('before:blobs.remove');
    await remove(key);
    pass('after:blobs.remove');
  };
}
