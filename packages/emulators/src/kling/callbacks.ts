/**
 * Status callbacks: queued when a task changes, signed when they leave, spoiled by faults, repeated
 * when refused.
 */
import { createHmac } from 'node:crypto';
import type { EmulatorRandom } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { Account } from './account.ts';
import { createAgenda } from './agenda.ts';
import type { KlingFaults } from './faults.ts';
import { type LinkMaker, legacyRecord, newRecord, trueStatus } from './render.ts';
import type { KlingSettings, KlingTiming } from './settings.ts';
import type { Change, KlingTask } from './state.ts';

export type KlingCallback = {
  /** Of this delivery; `webhook-id` carries the same when it is signed. */
  id: string;
  taskId: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
};

type Waiting = {
  id: string;
  taskId: string;
  dueAt: number;
  url: string;
  body: JsonObject;
  secrets: string[];
  /** Subtracted from the time in the signature. */
  ageMs: number;
  retriesLeft: number;
};

export type CallbackDesk = {
  changed(change: Change, account: Account): void;
  due(now: number): KlingCallback[];
  /** What became of one that was handed out; null: no answer. Without a report it counts as received. */
  report(id: string, status: number | null, now: number): void;
  nextAt(): number | null;
};

export function createCallbackDesk(parts: {
  settings: KlingSettings;
  timing: KlingTiming;
  faults: KlingFaults;
  random: EmulatorRandom;
  links: LinkMaker;
}): CallbackDesk {
  const { settings, timing, faults, random, links } = parts;
  let added = 0;
  const waiting = createAgenda<{ entry: Waiting; number: number }>(
    (one, other) =>
      one.entry.dueAt < other.entry.dueAt ||
      (one.entry.dueAt === other.entry.dueAt && one.number < other.number),
  );
  const add = (entry: Waiting): void => waiting.add({ entry, number: added++ });
  const handedOut = new Map<string, Waiting>();
  /** Reports are optional, so what was handed out long ago is forgotten. */
  const remember = (sent: Waiting): void => {
    handedOut.set(sent.id, sent);
    const oldest = handedOut.keys().next();
    if (handedOut.size > 1000 && oldest.done !== true) handedOut.delete(oldest.value);
  };
  const newId = (): string => Buffer.from(random.bytes(12)).toString('hex');

  const queue = (change: Change, account: Account, url: string): void => {
    const base: Waiting = {
      id: newId(),
      taskId: change.task.id,
      dueAt: change.at + timing.callbackMs,
      url,
      body: callbackBody(change.task, links),
      secrets:
        change.task.generation === 'legacy' && !settings.signLegacyCallbacks ? [] : account.webhookSecrets,
      ageMs: 0,
      retriesLeft: settings.callbackRetries,
    };
    for (const entry of spoil(base, faults, newId, random)) add(entry);
  };

  return {
    changed(change, account) {
      const { callbackUrl, status } = change.task;
      if (callbackUrl === null) return;
      const kind = status === 'succeeded' || status === 'failed' ? 'terminal' : status;
      if (settings.callbackStatuses.includes(kind)) queue(change, account, callbackUrl);
    },
    due(now) {
      const leaving: KlingCallback[] = [];
      for (
        let next = waiting.first();
        next !== undefined && next.entry.dueAt <= now;
        next = waiting.first()
      ) {
        waiting.removeFirst();
        remember(next.entry);
        leaving.push(sign(next.entry, now));
      }
      return leaving;
    },
    report(id, status, now) {
      const sent = handedOut.get(id);
      if (sent === undefined) return;
      handedOut.delete(id);
      const received = status !== null && status >= 200 && status < 300;
      if (received || sent.retriesLeft <= 0) return;
      add({ ...sent, retriesLeft: sent.retriesLeft - 1, dueAt: now + settings.callbackRetryMs });
    },
    nextAt: () => waiting.first()?.entry.dueAt ?? null,
  };
}

function callbackBody(task: KlingTask, links: LinkMaker): JsonObject {
  if (task.generation === 'new') return newRecord(task, trueStatus(task), links, 'materials');
  const { watermark_info: _left, ...record } = legacyRecord(task, trueStatus(task), links);
  return record;
}

function spoil(base: Waiting, faults: KlingFaults, newId: () => string, random: EmulatorRandom): Waiting[] {
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
      return [{ ...base, secrets: [] }];
    case 'lie':
      return [{ ...base, body: withStatus(base.body, fault.status) }];
    case 'forged': {
      const wrongKey = `whsec_${Buffer.from(random.bytes(32)).toString('base64')}`;
      const claim = 'task_status' in base.body ? 'succeed' : 'succeeded';
      const secrets = base.secrets.length > 0 ? [wrongKey] : [];
      return [{ ...base, id: newId(), body: withStatus(base.body, claim), secrets, retriesLeft: 0 }, base];
    }
  }
}

function withStatus(body: JsonObject, status: string): JsonObject {
  return 'task_status' in body ? { ...body, task_status: status } : { ...body, status };
}

function sign(waiting: Waiting, now: number): KlingCallback {
  const body = new TextEncoder().encode(writeJson(waiting.body));
  const { id, taskId, url } = waiting;
  const plain = { 'content-type': 'application/json', 'content-length': String(body.length) };
  if (waiting.secrets.length === 0) return { id, taskId, url, headers: plain, body };
  const timestamp = Math.floor((now - waiting.ageMs) / 1000);
  const signature = waiting.secrets.map((secret) => signCallback(secret, id, timestamp, body)).join(' ');
  const signed = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  return { id, taskId, url, headers: { ...plain, ...signed }, body };
}

/** Standard Webhooks, as the vendor's callback page describes it (2026-08-07). */
export function signCallback(secret: string, id: string, timestamp: number, body: Uint8Array): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return `v1,${mac}`;
}
