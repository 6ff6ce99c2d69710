/** `sluice paths`: list, add, get, check, limit, limits, pause, resume, drain, rotate. */
import type { CreatePath, MeasuresWindow, Path, UpdatePath } from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, limitPair, type OnceFlags, oneOf, type Pairs, pair } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Context, Invocation, Register } from '../invocation.ts';
import { startProgress } from '../output/progress.ts';
import { clean } from '../output/text.ts';
import { type CredentialFlags, readCredential } from '../paths/credential.ts';
import { askKlingHost } from '../paths/kling.ts';
import { checkText, limitChangesText, limitsTable, pathsTable, pathText } from '../paths/path-words.ts';
import { statementText } from '../paths/statement-words.ts';
import { canAsk, type Surroundings } from '../surroundings.ts';

type AddFlags = CredentialFlags &
  OnceFlags & {
    name?: string;
    baseUrl?: string;
    setting?: Pairs;
    limit?: Record<string, number | null>;
    priceSheet?: string;
    sandbox?: boolean;
    check: boolean;
  };

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('Paths with their slots, wallets and health.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).paths.list();
      output.result(page, (paint) => pathsTable(page.data, paint));
    });
  addCommand(command).action(async (provider: string, flags: AddFlags, invoked: Command) => {
    await addPath(context.begin(invoked), provider, flags);
  });
  command
    .command('get')
    .description('One path, with each of its limits.')
    .argument('<path>')
    .action(async (name: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const path = await (await connect('operator')).paths.get(name);
      output.result(path, (paint) => pathText(path, paint));
    });
  command
    .command('check')
    .description('Ask the vendor, by a free call, whether the credential is good and what is left.')
    .argument('<path>')
    .action(async (name: string, _flags: object, invoked: Command) => {
      const invocation = context.begin(invoked);
      const check = await (await invocation.connect('operator')).paths.check(name);
      invocation.output.result(check, (paint) => checkText(name, check, paint));
      if (!check.ok) invocation.endBadly();
    });
  command
    .command('statement')
    .description('Compare what attempts cost by our books with what the vendor states; asks for free.')
    .argument('<path>')
    .option('--since <time>', 'attempts that ended from then on (default: a day ago)')
    .option('--limit <n>', 'how many of the newest', '100')
    .action(async (name: string, flags: { since?: string; limit: string }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const query = { limit: Number(flags.limit), ...(flags.since ? { since: flags.since } : {}) };
      const statement = await (await connect('operator')).paths.statement(name, query);
      output.result(statement, (paint) => statementText(statement, paint));
    });
  registerChanges(command, context);
};

function addCommand(command: Command): Command {
  return addOnceFlag(credentialFlags(command.command('add')))
    .description('Add a path. Asks for what is not given, checks it by a free call, then saves it.')
    .argument('<provider>', 'kling, …')
    .option('--name <name>', 'lower-case letters, digits and dashes (default: the provider)')
    .option('--base-url <url>', "instead of the vendor's documented host")
    .option('--setting <name=value>', 'a setting of the provider, e.g. webhook_secret; may be repeated', pair)
    .option('--limit <family=n>', 'tasks at once of a model family, `*` for all; may be repeated', limitPair)
    .option('--price-sheet <id>', 'see `sluice prices list`')
    .option('--sandbox', 'it is an emulator: label everything that comes from it')
    .option('--no-check', 'save without trying')
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
The credential: asked for on a terminal; else --credential-stdin (an API key, or a JSON object), or for kling
the variables KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY.

Examples:
  $ sluice paths add kling
  $ sluice paths add kling --name kling-eu --credential-stdin --limit kling-v3=5 < key.txt
`;

function credentialFlags(command: Command): Command {
  return command
    .option('--credential-stdin', 'read the credential from standard input')
    .option('--credential <name=value>', 'a field of it; seen by other users of this machine', pair);
}

async function addPath(invocation: Invocation, provider: string, flags: AddFlags): Promise<void> {
  const { connect, output, surroundings } = invocation;
  const sluice = await connect('operator');
  for (;;) {
    const wanted = await describePath(provider, flags, surroundings);
    const progress = startProgress(output);
    try {
      if (flags.check) progress.show('checking', () => 'checking the credential by a free call');
      const path = await sluice.paths.create(wanted, { idempotencyKey: flags.idempotencyKey });
      progress.end();
      output.result(path, (paint) => addedText(path, flags.check, paint));
      return;
    } catch (error) {
      progress.end();
      if (!(await wantsAnotherTry(error, flags, invocation))) throw error;
    }
  }
}

async function describePath(
  provider: string,
  flags: AddFlags,
  surroundings: Surroundings,
): Promise<CreatePath> {
  const asked = flags.credential === undefined && !flags.credentialStdin && canAsk(surroundings);
  const credential = await readCredential(provider, flags, surroundings);
  const baseUrl =
    flags.baseUrl ?? (asked && provider === 'kling' ? await askKlingHost(surroundings.ask) : undefined);
  const name = flags.name ?? (asked ? await askName(provider, surroundings) : provider);
  const limits = Object.entries(flags.limit ?? {}).flatMap(([family, n]) =>
    n === null ? [] : [[family, n]],
  );
  return {
    name,
    provider,
    credential,
    check: flags.check,
    ...(baseUrl ? { base_url: baseUrl } : {}),
    ...(flags.setting ? { settings: flags.setting } : {}),
    ...(flags.priceSheet ? { price_sheet: flags.priceSheet } : {}),
    ...(flags.sandbox ? { sandbox: true } : {}),
    ...(limits.length > 0 ? { limits: Object.fromEntries(limits) } : {}),
  };
}

function askName(provider: string, { ask }: Surroundings): Promise<string> {
  return ask.text({
    message: 'Name of the path',
    initial: provider,
    check: (text) =>
      /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? undefined : 'Lower-case letters, digits and dashes.',
  });
}

/** A mistyped key is no reason to start all over; what came from a pipe would be the same again. */
async function wantsAnotherTry(
  error: unknown,
  flags: AddFlags,
  { surroundings, output }: Invocation,
): Promise<boolean> {
  if (flags.credential || flags.credentialStdin || !canAsk(surroundings)) return false;
  const { isSluiceError } = await import('@sluice/sdk');
  if (!isSluiceError(error) || error.status === null) return false;
  const { failureFrom } = await import('../output/failure.ts');
  output.note(failureFrom(error, false).text);
  return await surroundings.ask.confirm({ message: 'Try again?', initial: true });
}

function addedText(path: Path, checked: boolean, paint: Parameters<typeof pathText>[1]): string {
  const head = `${paint.color.green('✓')} ${checked ? 'The credential is good. ' : ''}Saved.`;
  return `${head}\n${pathText(path, paint)}`;
}

function registerChanges(command: Command, context: Context): void {
  const states = [
    ['pause', 'paused', 'Admit nothing more; what runs goes on.'],
    ['resume', 'active', 'Admit again.'],
    ['drain', 'draining', 'Admit nothing more, finish what runs; for taking a path out.'],
  ] as const;
  for (const [verb, state, description] of states) {
    command
      .command(verb)
      .description(description)
      .argument('<path>')
      .action(async (name: string, _flags: object, invoked: Command) => {
        await change(context.begin(invoked), name, { state }, `is ${state}`);
      });
  }
  command
    .command('limit')
    .description('Set how many tasks run at once; `none` leaves it to what is learned.')
    .argument('<path>')
    .argument('<family=n...>', 'e.g. kling-v3=5, *=20, kling-o1=none')
    .action(async (name: string, pairs: string[], _flags: object, invoked: Command) => {
      const limits = pairs.reduce<Record<string, number | null>>((all, text) => limitPair(text, all), {});
      await change(context.begin(invoked), name, { limits }, 'has new limits');
    });
  command
    .command('limits')
    .description('What each family may run at once; with --history, how that changed and why.')
    .argument('<path>')
    .option('--history', 'each change of what was set and learned, oldest first')
    .option('--window <span>', '1h, 24h, 7d, 30d or 90d', oneOf('1h', '24h', '7d', '30d', '90d'), '7d')
    .action(async (name: string, flags: { history?: boolean; window: MeasuresWindow }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const { paths } = await connect('operator');
      if (!flags.history) {
        const path = await paths.get(name);
        return output.result(path.limits, (paint) => limitsTable(path.limits, paint));
      }
      const changes = await paths.limitChanges(name, { window: flags.window });
      output.result(changes, (paint) => limitChangesText(name, changes.data, paint));
    });
  credentialFlags(command.command('rotate'))
    .description('Replace the credential, then check it.')
    .argument('<path>')
    .action(async (name: string, flags: CredentialFlags, invoked: Command) => {
      await rotate(context.begin(invoked), name, flags);
    });
}

async function change(
  { connect, output }: Invocation,
  name: string,
  wanted: UpdatePath,
  said: string,
): Promise<void> {
  const path = await (await connect('operator')).paths.update(name, wanted);
  output.result(
    path,
    (paint) => `${paint.color.green('✓')} ${clean(path.name)} ${said}.\n${pathText(path, paint)}`,
  );
}

async function rotate(invocation: Invocation, name: string, flags: CredentialFlags): Promise<void> {
  const { connect, output, surroundings } = invocation;
  const sluice = await connect('operator');
  const { provider } = await sluice.paths.get(name);
  if (!flags.credential && !flags.credentialStdin && !canAsk(surroundings)) {
    // The variables that `add` reads may well hold the old one.
    throw new UsageError('The new credential is missing.', 'Pipe it in with --credential-stdin.');
  }
  const credential = await readCredential(provider, flags, { ...surroundings, env: {} });
  await sluice.paths.update(name, { credential });
  const check = await sluice.paths.check(name);
  output.result(check, (paint) => checkText(name, check, paint));
  if (!check.ok) invocation.endBadly();
}
