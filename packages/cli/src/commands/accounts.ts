/** `sluice accounts`: list, create, get, update. */
import type { Account, CreateAccount, UpdateAccount } from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, decimal, integer, integerOrNone, number, type OnceFlags, oneOf } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { fields, table } from '../output/table.ts';
import { clean, count, moment, NOTHING } from '../output/text.ts';

type AccountFlags = {
  currency?: NonNullable<CreateAccount['currency']>;
  name?: string;
  weight?: number;
  creditLimit?: string;
  maxInFlight?: number | 'none';
  maxQueued?: number | 'none';
  retentionDays?: number | 'none';
  markup?: number;
  status?: 'active' | 'suspended';
};

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('List accounts with their balances.')
    .option('-n, --limit <n>', 'at most so many (default: 50)', integer)
    .action(async (flags: { limit?: number }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).accounts.list({ limit: flags.limit });
      output.result(page, (paint) => accountsTable(page.data, paint));
    });
  addOnceFlag(addAccountFlags(command.command('create').description('Create an account.').argument('<name>')))
    .option('--currency <code>', 'USD, CNY or EUR; cannot be changed', oneOf('USD', 'CNY', 'EUR'))
    .action(async (name: string, flags: AccountFlags & OnceFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const { currency, idempotencyKey } = flags;
      const wanted = { ...changesFrom(flags), name, ...(currency ? { currency } : {}) };
      const account = await (await connect('operator')).accounts.create(wanted, { idempotencyKey });
      output.result(account, (paint) => accountText(account, paint));
      output.note(`Next: sluice topup ${account.id} 100, then sluice keys create --account ${account.id}`);
    });
  command
    .command('get')
    .description('Read one account.')
    .argument('<account>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const account = await (await connect('operator')).accounts.get(id);
      output.result(account, (paint) => accountText(account, paint));
    });
  addAccountFlags(command.command('update').description('Change an account.').argument('<account>'))
    .option('--name <name>')
    .option('--status <status>', 'active or suspended', oneOf('active', 'suspended'))
    .action(async (id: string, flags: AccountFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const { name, status } = flags;
      const change: UpdateAccount = {
        ...changesFrom(flags),
        ...(name ? { name } : {}),
        ...(status ? { status } : {}),
      };
      if (Object.keys(change).length === 0)
        throw new UsageError('Nothing to change.', 'Add an option; see --help.');
      const account = await (await connect('operator')).accounts.update(id, change);
      output.result(account, (paint) => accountText(account, paint));
    });
};

function addAccountFlags(command: Command): Command {
  return command
    .option('--weight <n>', 'share of slots against other accounts (default: 1)', integer)
    .option('--credit-limit <amount>', 'how far the balance may go below zero', decimal)
    .option('--max-in-flight <n|none>', 'tasks at work at once', integerOrNone)
    .option('--max-queued <n|none>', 'tasks waiting at once', integerOrNone)
    .option('--retention-days <n|none>', 'delete clips after so many days', integerOrNone)
    .option('--markup <percent>', 'customer price over list price', number);
}

function changesFrom(flags: AccountFlags): Omit<UpdateAccount, 'name' | 'status'> {
  return {
    ...(flags.weight === undefined ? {} : { weight: flags.weight }),
    ...(flags.creditLimit === undefined ? {} : { credit_limit: flags.creditLimit }),
    ...(flags.maxInFlight === undefined ? {} : { max_in_flight: orNull(flags.maxInFlight) }),
    ...(flags.maxQueued === undefined ? {} : { max_queued: orNull(flags.maxQueued) }),
    ...(flags.retentionDays === undefined ? {} : { retention_days: orNull(flags.retentionDays) }),
    ...(flags.markup === undefined ? {} : { markup_percent: flags.markup }),
  };
}

function orNull(value: number | 'none'): number | null {
  return value === 'none' ? null : value;
}

function accountsTable(accounts: Account[], paint: Paint): string {
  if (accounts.length === 0) return 'No accounts.';
  const { color } = paint;
  return table(
    [
      { title: 'account', cell: (account) => clean(account.id) },
      { title: 'name', cell: (account) => clean(account.name), flexible: true },
      {
        title: 'status',
        cell: ({ status }) => (status === 'active' ? color.green(status) : color.red(status)),
      },
      { title: 'available', cell: ({ balance }) => balance.available, align: 'right' },
      { title: 'held', cell: ({ balance }) => balance.held, align: 'right' },
      { title: '', cell: (account) => account.currency },
      { title: 'weight', cell: (account) => String(account.weight), align: 'right' },
      { title: 'in flight', cell: (account) => limit(account.max_in_flight), align: 'right' },
      { title: 'queued', cell: (account) => limit(account.max_queued), align: 'right' },
    ],
    accounts,
    paint,
  );
}

function accountText(account: Account, paint: Paint): string {
  const { balance, currency } = account;
  const body = fields(
    [
      ['status', account.status],
      ['available', `${balance.available} ${currency} (${balance.posted} posted, ${balance.held} held)`],
      ['credit', `${account.credit_limit} ${currency}`],
      ['weight', String(account.weight)],
      ['in flight', `at most ${limit(account.max_in_flight)}`],
      ['queued', `at most ${limit(account.max_queued)}`],
      ['markup', `${account.markup_percent} %`],
      [
        'clips',
        account.retention_days === null ? 'kept' : `deleted after ${count(account.retention_days, 'day')}`,
      ],
      ['created', `${moment(account.created_at)} UTC`],
    ],
    paint,
  );
  return `${paint.color.bold(clean(account.id))}  ${clean(account.name)}\n${body.replace(/^/gm, '  ')}`;
}

function limit(value: number | null): string {
  return value === null ? NOTHING : String(value);
}
