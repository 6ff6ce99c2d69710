/** Callbacks of jobs: planned when a change is foreseen, written and signed when they leave, repeated when refused. */
import type { EmulatorRandom } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import { createAgenda } from '../kling/agenda.ts';
import type { OutgoingCallback } from '../outward.ts';
import type { JobFaults } from './faults.ts';

export type PlannedCallback = {
  url: string;
  dueAt: number;
  /** What it says when it leaves; null: what was foreseen did not come about. */
  body: () => JsonObject | null;
  /** Names the delivery where the vendor derives that from the job. */
  id?: string;
  /** Whether a refused one is sent again. */
  repeated: boolean;
};

/** How the vendor signs: text and key are its own matter. `genuine` false: by a key that nobody knows. */
export type Signer = (
  delivery: { id: string; sentAt: number; body: string },
  genuine: boolean,
) => Record<string, string>;

type Waiting = PlannedCallback & {
  id: string;
  ageMs: number;
  signing: 'genuine' | 'forged' | 'none';
  lie: string | null;
  retriesLeft: number;
};

export type CallbackDesk = {
  plan(callback: PlannedCallback): void;
  due(now: number): OutgoingCallback[];
  /** What became of one that was handed out; null: no answer. Without a report it counts as received. */
  report(id: string, status: number | null, now: number): void;
  nextAt(): number | null;
};

export function createCallbackDesk(parts: {
  faults: JobFaults;
  random: EmulatorRandom;
  sign: Signer;
  /** The same body with another status word. */
  withWord: (body: JsonObject, word: string) => JsonObject;
  retries: number;
  retryMs: number;
}): CallbackDesk {
  const { faults, random, sign, withWord, retries, retryMs } = parts;
  let added = 0;
  const waiting = createAgenda<{ entry: Waiting; number: number }>(
    (one, other) =>
      one.entry.dueAt < other.entry.dueAt ||
      (one.entry.dueAt === other.entry.dueAt && one.number < other.number),
  );
  const add = (entry: Waiting): void => waiting.add({ entry, number: added++ });
  const handedOut = new Map<string, Waiting>();

  const written = (entry: Waiting, now: number): OutgoingCallback | null => {
    const truth = entry.body();
    if (truth === null) return null;
    const body = writeJson(entry.lie === null ? truth : withWord(truth, entry.lie));
    const delivery = { id: entry.id, sentAt: now - entry.ageMs, body };
    const signature = entry.signing === 'none' ? {} : sign(delivery, entry.signing === 'genuine');
    const headers = { 'content-type': 'application/json', ...signature };
    return { id: entry.id, url: entry.url, headers, body: new TextEncoder().encode(body) };
  };

  return {
    plan(callback) {
      const id = callback.id ?? Buffer.from(random.bytes(12)).toString('hex');
      const base: Waiting = {
        ...callback,
        id,
        ageMs: 0,
        signing: 'genuine',
        lie: null,
        retriesLeft: callback.repeated ? retries : 0,
      };
      for (const entry of spoil(base, faults)) add(entry);
    },
    due(now) {
      const leaving: OutgoingCallback[] = [];
      for (let next = waiting.first(); next && next.entry.dueAt <= now; next = waiting.first()) {
        waiting.removeFirst();
        const callback = written(next.entry, now);
        if (callback === null) continue;
        handedOut.set(callback.id, next.entry);
        leaving.push(callback);
      }
      return leaving;
    },
    report(id, status, now) {
      const sent = handedOut.get(id);
      if (sent === undefined) return;
      handedOut.delete(id);
      const received = status !== null && status >= 200 && status < 300;
      if (received || sent.retriesLeft <= 0) return;
      add({ ...sent, retriesLeft: sent.retriesLeft - 1, dueAt: now + retryMs });
    },
    nextAt: () => waiting.first()?.entry.dueAt ?? null,
  };
}

function spoil(base: Waiting, faults: JobFaults): Waiting[] {
  const fault = faults.take('callback');
  switch (fault?.do) {
    case undefined:
      return [base];
    case 'lost':
      return [];
    case 'duplicate':
      // The same delivery again: same id, as a sender does that missed the answer.
      return [base, ...Array.from({ length: fault.times }, () => ({ ...base }))];
    case 'late':
      return [{ ...base, dueAt: base.dueAt + fault.ms }];
    case 'stale':
      return [{ ...base, ageMs: fault.ageMs }];
    case 'unsigned':
      return [{ ...base, signing: 'none' }];
    case 'lie':
      return [{ ...base, lie: fault.status }];
    case 'forged':
      return [{ ...base, id: `${base.id}-forged`, signing: 'forged', retriesLeft: 0 }, base];
  }
}
