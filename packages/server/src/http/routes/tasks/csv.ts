/** Streams tasks as CSV (RFC 4180), page by page, newest first: memory does not grow with the list. */
import { Readable } from 'node:stream';
import { decimalFromMicros, Order } from '@sluice/contract';
import type { FastifyReply } from 'fastify';
import { stageOf, statusOf } from '../../../decide/task.ts';
import type { Searched, TaskRow } from '../../../store/reads.ts';
import type { HttpContext } from '../../context.ts';
import { field } from '../spend/lines.ts';

const PAGE = 500;
const COLUMNS = [
  'id',
  'created_at',
  'started_at',
  'finished_at',
  'status',
  'stage',
  'model',
  'mode',
  'path',
  'account',
  'prompt',
  'seconds',
  'quality',
  'charge',
  'currency',
  'error_code',
  'metadata',
];

type Read = (page: { before: string | null; most: number }) => Promise<Searched>;

export function sendTasks(context: HttpContext, reply: FastifyReply, read: Read): void {
  const day = new Date(context.clock.now()).toISOString().slice(0, 10);
  reply
    .status(200)
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="tasks-${day}.csv"`)
    .send(Readable.from(linesOf(read), { objectMode: false }));
}

async function* linesOf(read: Read): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for (let before: string | null = null; ; ) {
    const { rows, until } = await read({ before, most: PAGE });
    if (rows.length > 0) yield rows.map(lineOf).join('');
    const last = rows.length === PAGE ? rows.at(-1) : until;
    if (!last) return;
    before = last.id;
  }
}

function lineOf(row: TaskRow): string {
  const order = Order.parse(row.order);
  const texts = [
    row.id,
    ...[row.created_at, row.started_at, row.finished_at].map(timeText),
    statusOf(row.state),
    stageOf(row.state, row.attempt_state),
    row.model,
    order.mode,
    row.path_name ?? '',
    row.account_id,
    order.prompt,
    order.seconds === null ? '' : String(order.seconds),
    order.resolution,
  ];
  const ends = [row.currency, row.error_code ?? '', JSON.stringify(row.metadata ?? {})];
  // A number that spreadsheets may add up, also below zero.
  const charge = row.charge_micros === null ? '' : decimalFromMicros(row.charge_micros);
  return `${[...texts.map(field), charge, ...ends.map(field)].join(',')}\r\n`;
}

function timeText(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString();
}
