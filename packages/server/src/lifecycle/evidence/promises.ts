/**
 * How often what orders were told about their end came true. Read when somebody asks, from the newest orders by the
 * time in their ids: bounded by the window and by number. Writes nothing: what was told stands with each order.
 */
import type { ForecastRecord, Promises } from '@sluice/contract';
import {
  forecastRecord,
  PROMISED_SHARE,
  type PromiseBook,
  Promised,
  type PromisedTask,
  promiseBook,
  promisesSentence,
} from '../../decide/promises.ts';
import type { PromisedRow } from '../../store/measures.ts';
import { kept } from '../board.ts';
import type { Context } from '../context.ts';

/** The newest of a window; a busier gateway is judged by them. */
const ORDERS_MOST = 20_000;
const HOUR_MS = 3_600_000;

export async function promises(context: Context, hours: number): Promise<Promises> {
  const nowMs = context.clock.now();
  const fromMs = nowMs - hours * HOUR_MS;
  const rows = await context.store.measures.promised(fromMs, ORDERS_MOST);
  const readFromMs = rows.length < ORDERS_MOST ? fromMs : (rows.at(-1)?.created_at ?? fromMs);
  const book = promiseBook(rows.map(promisedTask), nowMs);
  return {
    object: 'promises',
    from: new Date(readFromMs).toISOString(),
    to: new Date(nowMs).toISOString(),
    promised: PROMISED_SHARE,
    ...book,
    sentence: promisesSentence(book),
  };
}

function promisedTask(row: PromisedRow): PromisedTask {
  const promise = Promised.safeParse(row.promise);
  return {
    family: row.family,
    promise: promise.success ? promise.data : null,
    state: row.state,
    errorCode: row.error_code,
    attempts: row.attempts,
    startedAtMs: row.started_at,
    finishedAtMs: row.finished_at,
  };
}

/** For quotes: of the newest orders of a month, a minute old. */
const QUOTED_ORDERS = 1_000;
const QUOTED_HOURS = 30 * 24;
const QUOTED_KEEP_MS = 60_000;

type Lines = () => Promise<PromiseBook['lines']>;
const books = new WeakMap<Context, Lines>();

export async function forecastRecordOf(
  context: Context,
  like: { path: string; family: string; basis: 'measured' | 'declared' },
): Promise<ForecastRecord | null> {
  return forecastRecord(await linesOf(context)(), like);
}

function linesOf(context: Context): Lines {
  const known = books.get(context);
  if (known) return known;
  const read = async () => {
    const nowMs = context.clock.now();
    const rows = await context.store.measures.promised(nowMs - QUOTED_HOURS * HOUR_MS, QUOTED_ORDERS);
    return promiseBook(rows.map(promisedTask), nowMs).lines;
  };
  const lines = kept(context, read, QUOTED_KEEP_MS);
  books.set(context, lines);
  return lines;
}
