/** `sluice facts`: state a fact of your own contract or account, and read the history of what was stated. */
import type { DossierFact, FactName, FactValue, SetFact } from '@sluice/sdk';
import type { Command } from 'commander';
import { type Pairs, pair } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import { changesTable } from '../evidence/dossier-words.ts';
import type { Invocation, Register } from '../invocation.ts';
import { clean } from '../output/text.ts';

type SetFlags = {
  unit?: string;
  scope?: Pairs;
  source: string;
  sourceUrl?: string;
  reviewed?: string;
  by?: string;
  note?: string;
};

export const register: Register = (command, context) => {
  command
    .command('set')
    .description('State a fact. Your earlier statement on it stays in the history.')
    .argument('<path>')
    .argument('<fact>', 'see `sluice dossier <path>`')
    .argument('<value>', 'yes, no, a number, an amount or words; `unknown` when nobody can say')
    .requiredOption('--source <name>', 'where it stands: a contract, a mail, a page')
    .option('--source-url <url>', 'its address')
    .option('--reviewed <date>', 'when somebody last looked (default: today)')
    .option('--by <person>', 'who looked (default: $USER)')
    .option('--unit <unit>', 'where the fact has none of its own')
    .option('--scope <name=value>', 'plan, region, account or model; may be repeated', pair)
    .option('--note <text>', 'what else is worth knowing')
    .action(async (path: string, fact: string, value: string, flags: SetFlags, invoked: Command) => {
      await setFact(context.begin(invoked), { path, fact, value }, flags);
    });
  command
    .command('list')
    .description('What was stated and measured, newest first.')
    .argument('<path>')
    .argument('[fact]', 'one fact only')
    .action(async (path: string, fact: string | undefined, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).paths.facts(path, {
        fact: fact as FactName | undefined,
      });
      output.result(page, (paint) => changesTable(page.data, paint));
    });
};

async function setFact(
  { connect, output, surroundings }: Invocation,
  given: { path: string; fact: string; value: string },
  flags: SetFlags,
): Promise<void> {
  const sluice = await connect('operator');
  const dossier = await sluice.paths.dossier(given.path);
  const facts = dossier.checks.flatMap((check) => check.facts);
  const known = facts.find(({ fact }) => fact === given.fact);
  if (!known) {
    throw new UsageError(
      `There is no fact "${clean(given.fact)}".`,
      `There are: ${facts.map(({ fact }) => fact).join(', ')}.`,
    );
  }
  const by = flags.by ?? surroundings.env.USER ?? surroundings.env.LOGNAME;
  if (!by) throw new UsageError('Who looked?', 'Give --by <person>.');
  const stated: SetFact = {
    fact: known.fact,
    value: factValue(known, given.value),
    scope: flags.scope ?? {},
    source: {
      name: flags.source,
      ...(flags.sourceUrl === undefined ? {} : { url: flags.sourceUrl }),
      ...(flags.reviewed === undefined ? {} : { reviewed_on: flags.reviewed }),
    },
    reviewed_by: by,
    ...(flags.unit === undefined ? {} : { unit: flags.unit }),
    ...(flags.note === undefined ? {} : { note: flags.note }),
  };
  const change = await sluice.paths.setFact(given.path, stated);
  output.result(change, ({ color }) => {
    const replaced = change.replaces === null ? '' : ', in place of your earlier statement';
    return `${color.green('✓')} ${clean(change.path)}: ${clean(known.title)} is ${clean(given.value)}${replaced}`;
  });
}

/** The gateway judges it; here it only gets the type that the fact has. */
function factValue({ kind }: DossierFact, text: string): FactValue {
  if (text === 'unknown') return null;
  if (kind === 'yes_no' && /^(yes|true)$/i.test(text)) return true;
  if (kind === 'yes_no' && /^(no|false)$/i.test(text)) return false;
  return kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
