/** Streams the lines of a month as CSV (RFC 4180), page by page: memory does not grow with the month. */
import { Readable } from 'node:stream';
import { decimalFromMicros } from '@sluice/contract';
import type { FastifyReply } from 'fastify';
import type { Month, MonthLineRow, MonthRow } from '../../../store/spend.ts';
import type { HttpContext } from '../../context.ts';

const PAGE = 1_000;
const HEAD = 'at,kind,task,model,reference,note,amount,balance,currency\r\n';

export function sendLines(context: HttpContext, reply: FastifyReply, month: Month, sums: MonthRow): void {
  reply
    .status(200)
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="statement-${month.month}.csv"`)
    .send(Readable.from(linesOf(context, month, sums), { objectMode: false }));
}

async function* linesOf(context: HttpContext, month: Month, sums: MonthRow): AsyncGenerator<string> {
  let balance = BigInt(sums.opening_micros);
  let after: { atMs: number; number: bigint } | null = null;
  yield HEAD;
  for (;;) {
    const rows: MonthLineRow[] = await context.store.spend.monthLines(month, after, PAGE);
    let text = '';
    for (const row of rows) {
      balance += BigInt(row.moved_micros);
      text += lineOf(row, balance, sums.currency);
    }
    if (text !== '') yield text;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = { atMs: last.at, number: last.number };
  }
}

function lineOf(row: MonthLineRow, balance: bigint, currency: string): string {
  const { at, kind, task_id, model, reference, note, moved_micros } = row;
  const texts = [new Date(at).toISOString(), kind, task_id ?? '', model ?? '', reference, note ?? ''];
  const amounts = [decimalFromMicros(BigInt(moved_micros)), decimalFromMicros(balance), currency];
  return `${[...texts.map(field), ...amounts].join(',')}\r\n`;
}

/** What begins like a formula is run by spreadsheets, so it is marked as text. */
export function field(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
