/** Callbacks: queued at a task's end, spoiled by faults, dressed by the vendor as they leave, repeated on refusal. */
import type { EmulatorRandom } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import { createAgenda } from '../kling/agenda.ts';
import type { OutgoingCallback } from '../outward.ts';
import type { Faults } from './faults.ts';

export type Waiting = {
  id: string;
  taskId: string;
  account: string;
  dueAt: number;
  url: string;
  body: JsonObject;
  /** False: somebody else sends it, who has no key of the vendor's. */
  genuine: boolean;
  /** Subtracted from the time in a signature. */
  ageMs: number;
  tries: number;
};

export type CallbackDesk = {
  add(callback: Pick<Waiting, 'taskId' | 'account' | 'dueAt' | 'url' | 'body'>): void;
  due(now: number): OutgoingCallback[];
  /** What became of one that was handed out; null: no answer. Without a report it counts as received. */
  report(id: string, status: number | null, now: number): void;
  nextAt(): number | null;
};

export type Dress = {
  /** Pauses before each repeat. */
  retriesMs: readonly number[];
  /** The headers with which the vendor sends it, beside the type. */
  headers(waiting: Waiting, now: number): Record<string, string>;
  /** The same body with another state. */
  claiming(body: JsonObject, word: string): JsonObject;
};

const REMEMBERED = 1_000;

export function createCallbackDesk(faults: Faults, random: EmulatorRandom, dress: Dress): CallbackDesk {
  let added = 0;
  const waiting = createAgenda<{ entry: Waiting; number: number }>((one, other) =>
    one.entry.dueAt === other.entry.dueAt ? one.number < other.number : one.entry.dueAt < other.entry.dueAt,
  );
  const add = (entry: Waiting): void => waiting.add({ entry, number: added++ });
  const newId = (): string => Buffer.from(random.bytes(12)).toString('hex');
  const handedOut = new Map<string, Waiting>();

  return {
    add(callback) {
      const base: Waiting = { ...callback, id: newId(), genuine: true, ageMs: 0, tries: 0 };
      for (const entry of spoil(base, faults, dress, newId)) add(entry);
    },
    due(now) {
      const leaving: OutgoingCallback[] = [];
      for (
        let next = waiting.first();
        next !== undefined && next.entry.dueAt <= now;
        next = waiting.first()
      ) {
        waiting.removeFirst();
        const { entry } = next;
        handedOut.set(entry.id, entry);
        const oldest = handedOut.keys().next();
        if (handedOut.size > REMEMBERED && oldest.done !== true) handedOut.delete(oldest.value);
        const body = new TextEncoder().encode(writeJson(entry.body));
        const length = String(body.length);
        const headers = {
          'content-type': 'application/json',
          'content-length': length,
          ...dress.headers(entry, now),
        };
        leaving.push({ id: entry.id, url: entry.url, headers, body });
      }
      return leaving;
    },
    report(id, status, now) {
      const sent = handedOut.get(id);
      if (sent === undefined) return;
      handedOut.delete(id);
      const pauseMs = dress.retriesMs[sent.tries];
      const received = status !== null && status >= 200 && status < 300;
      if (received || pauseMs === undefined || !sent.genuine) return;
      add({ ...sent, tries: sent.tries + 1, dueAt: now + pauseMs });
    },
    nextAt: () => waiting.first()?.entry.dueAt ?? null,
  };
}

function spoil(base: Waiting, faults: Faults, dress: Dress, newId: () => string): Waiting[] {
  const fault = faults.take('callback');
  switch (fault?.do) {
    case undefined:
      return [base];
    case 'lost':
      return [];
    case 'duplicate':
      return [base, ...Array.from({ length: fault.times }, () => ({ ...base, id: newId() }))];
    case 'late':
      return [{ ...base, dueAt: base.dueAt + fault.ms }];
    case 'stale':
      return [{ ...base, ageMs: fault.ageMs }];
    case 'altered':
      return [{ ...base, body: dress.claiming(base.body, fault.word) }];
    case 'forged':
      return [{ ...base, id: newId(), body: dress.claiming(base.body, fault.word), genuine: false }, base];
  }
}
