/** `sluice keys`: list, create, revoke. */
import type { CreateKey, Key, KeyWithSecret } from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, decimal, instant, integer, list, type OnceFlags, oneOf } from '../arguments.ts';
import { addToConfigFile, configFilePath } from '../connection/config-file.ts';
import { UsageError } from '../endings.ts';
import type { Invocation, Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { box, table } from '../output/table.ts';
import { clean, NOTHING, relative } from '../output/text.ts';

type CreateFlags = OnceFlags & {
  account?: string;
  operator?: boolean;
  scopes?: string[];
  budget?: string;
  period?: 'total' | 'day' | 'month';
  maxInFlight?: number;
  expires?: string;
  save?: boolean;
};

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('List keys; only their first characters are kept readable.')
    .option('--account <id>', 'of one account')
    .option('-n, --limit <n>', 'at most so many (default: 50)', integer)
    .action(async (flags: { account?: string; limit?: number }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).keys.list(flags);
      output.result(page, (paint) => keysTable(page.data, paint));
    });
  addCreateFlags(command, context.surroundings.now).action(
    async (name: string, flags: CreateFlags, invoked: Command) => {
      const invocation = context.begin(invoked);
      const wanted = keyFrom(name, flags);
      const key = await (await invocation.connect('operator')).keys.create(wanted, {
        idempotencyKey: flags.idempotencyKey,
      });
      invocation.output.result(key, (paint) => createdText(key, paint));
      if (flags.save) await saveKey(key, invocation);
    },
  );
  command
    .command('revoke')
    .description('Revoke a key at once.')
    .argument('<key>', 'its id, key_…')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const deleted = await (await connect('operator')).keys.revoke(id);
      output.result(deleted, ({ color }) => `${color.green('✓')} ${clean(deleted.id)} is revoked.`);
    });
};

function addCreateFlags(command: Command, now: () => number): Command {
  const periods = ['total', 'day', 'month'] as const;
  return addOnceFlag(command.command('create'))
    .description('Create a key. It is shown once.')
    .argument('<name>', 'what it is for')
    .option('--account <id>', 'the account that pays')
    .option('--operator', 'an operator key, which belongs to no account')
    .option('--scopes <a,b,…>', 'tasks:read, tasks:write, files:write, billing:read, webhooks:write', list)
    .option('--budget <amount>', 'what it may spend in a period', decimal)
    .option('--period <period>', `${periods.join(', ')} (default: total)`, oneOf(...periods))
    .option('--max-in-flight <n>', 'tasks at work at once', integer)
    .option('--save', 'use it for the commands of this machine, as `sluice login` would')
    .option('--expires <time>', 'a time, or a span such as 30d', instant(now));
}

async function saveKey({ key, account }: KeyWithSecret, invocation: Invocation): Promise<void> {
  const { url } = await invocation.connection('operator');
  const path = configFilePath(invocation.surroundings);
  await addToConfigFile(path, account === null ? { url, operatorKey: key } : { url, key });
  invocation.output.note(`Saved in ${path}.`);
}

function keyFrom(name: string, flags: CreateFlags): CreateKey {
  if (Boolean(flags.account) === Boolean(flags.operator)) {
    throw new UsageError(
      'A key is for one account, or for an operator.',
      'Add --account <id>, or --operator.',
    );
  }
  // The gateway knows which scopes there are and names the one that it does not know.
  const scopes = flags.operator ? ['operator'] : flags.scopes;
  return {
    name,
    account: flags.account ?? null,
    ...(scopes ? { scopes: scopes as NonNullable<CreateKey['scopes']> } : {}),
    ...(flags.budget ? { budget: flags.budget } : {}),
    ...(flags.period ? { budget_period: flags.period } : {}),
    ...(flags.maxInFlight ? { max_in_flight: flags.maxInFlight } : {}),
    ...(flags.expires ? { expires_at: flags.expires } : {}),
  };
}

function createdText(key: KeyWithSecret, paint: Paint): string {
  const { bold, dim } = paint.color;
  const lines = [bold(key.key), '', dim('Shown once. Keep it like money; then: export SLUICE_KEY=…')];
  return `${paint.color.green('✓')} ${clean(key.id)}  ${clean(key.name)}\n${box(lines, paint)}`;
}

function keysTable(keys: Key[], paint: Paint): string {
  if (keys.length === 0) return 'No keys.';
  const { color, nowMs } = paint;
  return table(
    [
      { title: 'key', cell: (key) => clean(key.id) },
      { title: 'name', cell: (key) => clean(key.name), flexible: true },
      { title: 'starts with', cell: (key) => `${clean(key.prefix)}…` },
      { title: 'account', cell: (key) => (key.account ? clean(key.account) : color.magenta('operator')) },
      { title: 'spent', cell: spent, align: 'right' },
      { title: 'last used', cell: (key) => relative(key.last_used_at, nowMs) },
      { title: 'state', cell: (key) => stateOf(key, paint) },
    ],
    keys,
    paint,
  );
}

function spent(key: Key): string {
  if (key.budget === null) return NOTHING;
  const per = key.budget_period === 'total' ? '' : ` a ${key.budget_period}`;
  return `${key.budget_used} of ${key.budget}${per}`;
}

function stateOf(key: Key, { color, nowMs }: Paint): string {
  if (key.revoked_at) return color.red('revoked');
  if (key.expires_at === null) return color.green('good');
  return Date.parse(key.expires_at) < nowMs
    ? color.red('expired')
    : `${color.green('good')}, ends ${relative(key.expires_at, nowMs)}`;
}
