/** What is asked about a request: status, its stream, the result, a cancel. */
import { Readable } from 'node:stream';
import { cancelTask } from '../../../lifecycle/cancel.ts';
import type { HttpContext } from '../../context.ts';
import { linkBase } from '../../links.ts';
import { type DoorAnswer, type DoorCall, missing, refused } from '../door.ts';
import { findTask } from '../tasks.ts';
import { type Addresses, addressesOf, resultOf, statusOf } from './reply.ts';

export async function requestStatus(call: DoorCall): Promise<DoorAnswer> {
  const found = await findTask(call, idOf(call));
  if (!found) return missing;
  const { status, body } = statusOf(found.task, addresses(call), call.query.logs === '1');
  return { kind: 'answered', status, body, headers: { 'x-fal-request-id': found.task.id } };
}

export async function requestResult(call: DoorCall): Promise<DoorAnswer> {
  const found = await findTask(call, idOf(call));
  if (!found) return missing;
  const result = resultOf(found.task);
  // The very words by which other clients know that they have to wait.
  return result
    ? { kind: 'answered', ...result }
    : { kind: 'answered', status: 400, body: { detail: 'Request is still in progress' } };
}

/**
 * For what is rendering, a cancel there is a signal that may come too late, and the same holds here: where the upstream
 * cannot be stopped, the request runs to its end and is paid for.
 */
export async function cancelRequest(call: DoorCall): Promise<DoorAnswer> {
  const found = await findTask(call, idOf(call));
  if (!found) return missing;
  if (found.task.finished_at !== null) {
    return { kind: 'answered', status: 400, body: { status: 'ALREADY_COMPLETED' } };
  }
  await cancelTask(call.context, call.accountId, found.task.id);
  return { kind: 'answered', status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
}

const LOOK_EVERY_MS = 500;
/** Open streams by account, of this process. */
const open = new WeakMap<HttpContext, Map<string, number>>();

/** Server-sent events: its status now, and whenever it is another one, until the end. */
export async function streamStatus(call: DoorCall): Promise<DoorAnswer> {
  const { context, accountId, reply } = call;
  if (!(await findTask(call, idOf(call)))) return missing;
  const counts = open.get(context) ?? new Map<string, number>();
  open.set(context, counts);
  const count = counts.get(accountId) ?? 0;
  if (count >= context.http.streamsPerAccount) {
    const message = `At most ${context.http.streamsPerAccount} streams at a time.`;
    return refused({ code: 'rate_limited', message, retryAfterSeconds: 10 });
  }
  counts.set(accountId, count + 1);
  const left = new AbortController();
  reply.raw.once('close', () => {
    left.abort();
    counts.set(accountId, (counts.get(accountId) ?? 1) - 1);
  });
  const signal = AbortSignal.any([left.signal, context.draining]);
  reply.headers({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-fal-request-id': idOf(call),
    connection: 'close',
  });
  reply.send(Readable.from(changes(call, signal)));
  return { kind: 'sent' };
}

async function* changes(call: DoorCall, signal: AbortSignal): AsyncGenerator<string> {
  const place = addresses(call);
  const withLogs = call.query.logs === '1';
  let last = '';
  while (!signal.aborted) {
    const found = await findTask(call, idOf(call));
    if (!found) return;
    const said = JSON.stringify(statusOf(found.task, place, withLogs).body);
    if (said !== last) yield `data: ${said}\n\n`;
    last = said;
    if (found.task.finished_at !== null) return;
    await call.context.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function idOf(call: DoorCall): string {
  return call.params.id ?? '';
}

function addresses(call: DoorCall): Addresses {
  const { owner = '', app = '' } = call.params;
  return addressesOf(linkBase(call.context.settings, call.request), `${owner}/${app}`, idOf(call));
}
