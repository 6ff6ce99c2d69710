/** Create requests for tests of the store, as stage 1 would hand them over. */
import { hold } from '../../decide/postings.ts';
import type { NewRequest, NewTask } from '../accept.ts';
import { MINUTE, type Rows, T0 } from './rows.ts';

export type RequestOptions = Partial<NewRequest> & {
  account: string;
  count?: number;
  family?: string;
  hold?: bigint;
  pathNames?: readonly string[];
};

export const HOLD_MICROS = 420_000n;

export function newRequest(rows: Pick<Rows, 'next'>, options: RequestOptions): NewRequest {
  const { account, count = 1, family = 'kling', hold: micros = HOLD_MICROS, pathNames, ...rest } = options;
  const holds = Array.from({ length: count }, () => micros);
  return {
    accountId: account,
    keyId: `key_${account}`,
    requestKey: null,
    requestHash: bodyHash(rows.next('body')),
    marked: false,
    batchId: null,
    holds,
    tasks: holds.map(() => newTask(rows, account, family, micros, pathNames ?? ['kling'])),
    ...rest,
  };
}

export function bodyHash(text: string): string {
  return Buffer.from(text).toString('hex');
}

function newTask(
  rows: Pick<Rows, 'next'>,
  accountId: string,
  family: string,
  holdMicros: bigint,
  pathNames: readonly string[],
): NewTask {
  const id = rows.next('task');
  const booking = hold({ accountId, taskId: id, currency: 'USD' }, holdMicros);
  return {
    id,
    model: 'kling-3.0',
    family,
    priority: 0,
    pathNames,
    sandbox: false,
    slotMs: 60_000,
    shape: 'kling-3.0/text-to-video/720p/5',
    expiresAtMs: T0 + 60 * MINUTE,
    deadlineAtMs: T0 + 60 * MINUTE,
    startByMs: null,
    finishByMs: null,
    holdMicros,
    currency: 'USD',
    order: { model: 'kling-3.0', prompt: 'a river' },
    price: {},
    rerunsMost: 0,
    promise: { kind: 'none', path: pathNames[0] ?? '', basis: 'declared', reason: 'no_path' },
    route: {},
    metadata: {},
    callbackUrl: null,
    door: null,
    ledgerId: rows.next('ltx'),
    ledgerReference: booking.reference,
    postings: booking.postings,
    eventId: rows.next('evt'),
    eventData: { id },
  };
}
