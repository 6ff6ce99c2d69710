/** `sluice ledger`: balance, list, export, adjust. */
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LedgerEntry } from '@sluice/sdk';
import type { Command } from 'commander';
import { decimal, integer } from '../arguments.ts';
import type { Invocation, Register } from '../invocation.ts';
import { balanceText, changeOf, movementText, postingsText } from '../output/money.ts';
import type { Paint } from '../output/output.ts';
import { type Column, table } from '../output/table.ts';
import { brief, clean, moment } from '../output/text.ts';

type ListFlags = { limit?: number; cursor?: string; task?: string; account?: string; postings?: boolean };

export const register: Register = (command, context) => {
  command
    .command('balance')
    .description("Balance of the key's account.")
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const balance = await (await connect()).balance.get();
      output.result(balance, (paint) => balanceText(balance, paint));
    });
  command
    .command('list')
    .description('Bookings, newest first.')
    .option('--task <id>', 'of one task')
    .option('--account <id>', 'of one account; operators only')
    .option('-n, --limit <n>', 'at most so many (default: 100)', integer)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--postings', 'each with its postings')
    .action(async (flags: ListFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const sluice = await connect(flags.account ? 'operator' : 'account');
      const { postings = false, ...query } = flags;
      const page = await sluice.ledger.list(query);
      output.result(page, (paint) => ledgerTable(page.data, postings, paint));
      if (page.next_cursor) output.note(({ color }) => color.dim(`More: --cursor ${page.next_cursor}`));
    });
  command
    .command('export')
    .description('The whole book as a journal for ledger and hledger.')
    .option('-o, --output <file>', 'write it there')
    .addHelpText('after', '\nExample:\n  $ sluice ledger export | hledger -f - balance\n')
    .action(async (flags: { output?: string }, invoked: Command) =>
      exportBook(context.begin(invoked), flags.output),
    );
  command
    .command('adjust')
    .description('Book a correction, positive or negative (write -- before a negative amount).')
    .argument('<account>')
    .argument('<amount>', "in the account's currency", decimal)
    .requiredOption('--note <reason>', 'why; kept in the book')
    .option('--reference <text>', 'unique; repeating it changes nothing')
    .action(
      async (
        account: string,
        amount: string,
        flags: { note: string; reference?: string },
        invoked: Command,
      ) => {
        const { connect, output, surroundings } = context.begin(invoked);
        const reference = flags.reference ?? `cli ${new Date(surroundings.now()).toISOString()}`;
        const adjustment = { amount, reference, note: flags.note };
        const movement = await (await connect('operator')).accounts.adjust(account, adjustment);
        output.result(movement, (paint) => movementText(movement, paint));
      },
    );
};

/** A journal is a journal on a terminal and in a pipe: never wrapped into JSON. */
async function exportBook(
  { connect, output, surroundings }: Invocation,
  target: string | undefined,
): Promise<void> {
  const journal = await (await connect('operator')).ledger.export();
  if (target === undefined) {
    for await (const chunk of journal) output.raw(chunk);
    return;
  }
  const path = resolve(surroundings.cwd, target);
  await pipeline(Readable.fromWeb(journal), createWriteStream(path));
  output.note(({ color }) => `${color.green('✓')} ${path}`);
}

function ledgerTable(entries: LedgerEntry[], postings: boolean, paint: Paint): string {
  if (entries.length === 0) return 'No bookings.';
  const parts: Column<LedgerEntry>[] = postings
    ? [{ title: 'postings', cell: postingsText }]
    : [
        { title: 'available', cell: (entry) => changeOf(entry, 'available'), align: 'right' },
        { title: 'held', cell: (entry) => changeOf(entry, 'held'), align: 'right' },
        { title: '', cell: (entry) => entry.postings[0]?.currency ?? '' },
      ];
  return table(
    [
      { title: 'at (UTC)', cell: (entry) => moment(entry.at) },
      { title: 'kind', cell: (entry) => entry.kind.replace('_', ' ') },
      ...parts,
      { title: 'task', cell: (entry) => clean(entry.task_id ?? '') },
      { title: 'note', cell: (entry) => brief(entry.note ?? entry.reference, 200), flexible: true },
    ],
    entries,
    paint,
  );
}
