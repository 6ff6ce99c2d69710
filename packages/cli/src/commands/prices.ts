/** `sluice prices`: price sheets with their dates and sources; sheets of your own contract. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PriceOverlay, PriceSheet } from '@sluice/sdk';
import type { Command } from 'commander';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { clean, count } from '../output/text.ts';
import type { Surroundings } from '../surroundings.ts';

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('Price sheets: what they are counted in, where they come from, how old they are.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).prices.list();
      output.result(page, (paint) => sheetsTable(page.data, paint));
    });
  command
    .command('add')
    .description('Add a sheet of your own contract, as JSON (see POST /v1/prices).')
    .argument('<file>', '`-` is standard input')
    .action(async (path: string, _flags: object, invoked: Command) => {
      const { connect, output, surroundings } = context.begin(invoked);
      const sheet = await readSheet(path, surroundings);
      const added = await (await connect('operator')).prices.create(sheet);
      output.result(
        added,
        ({ color }) => `${color.green('✓')} ${clean(added.id)}, ${count(added.entries.length, 'price')}`,
      );
    });
};

async function readSheet(path: string, { cwd, stdin }: Surroundings): Promise<PriceOverlay> {
  const text = path === '-' ? await stdin.readAll() : await readTextFile(resolve(cwd, path));
  const sheet: unknown = parseOrNull(text);
  if (isSheet(sheet)) return sheet;
  throw new UsageError(`${path === '-' ? 'Standard input' : path} is no price sheet in JSON.`);
}

/** Its fields are checked by the gateway, which names the one at fault. */
function isSheet(value: unknown): value is PriceOverlay {
  return typeof value === 'object' && value !== null && 'id' in value;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`${path} cannot be read.`);
  }
}

function sheetsTable(sheets: PriceSheet[], paint: Paint): string {
  if (sheets.length === 0) return 'No price sheets.';
  const { color } = paint;
  return table(
    [
      { title: 'sheet', cell: (sheet) => color.bold(clean(sheet.id)) },
      { title: 'valid from', cell: (sheet) => sheet.valid_from },
      {
        title: 'unit',
        cell: (sheet) => `${clean(sheet.unit)} = ${sheet.unit_price.amount} ${sheet.unit_price.currency}`,
      },
      { title: 'prices', cell: (sheet) => String(sheet.entries.length), align: 'right' },
      { title: 'grade', cell: (sheet) => clean(sheet.grade) },
      {
        title: 'age',
        cell: ({ age_days, stale }) =>
          stale ? color.yellow(`${count(age_days, 'day')}, old`) : count(age_days, 'day'),
      },
      { title: 'source', cell: (sheet) => clean(sheet.source.url ?? sheet.source.name), flexible: true },
    ],
    sheets,
    paint,
  );
}
