/** What may be said on the command line of the crash campaign. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Waits } from '../processes/waits.ts';

export type Options = {
  /** Points whose title contains one of these. */
  point?: string[];
  repeats: number;
  seed: string;
  worlds: number;
  waits: Waits;
  list: boolean;
  /** Where findings are kept between runs. */
  record?: string;
  page?: string;
};

const EXAMPLES = `
Examples:
  npm run crash                                          every point, 20 repeats each (an hour and more)
  npm run crash -- --repeats 1                           every point once (minutes)
  npm run crash -- --point outbound.submit --repeats 5   one part of a task's life
  npm run crash -- --list                                the points
  npm run crash -- --record e2e/crash/record.jsonl --page docs/reference/crash-table.md

Ends with 1 when an accepted task was lost, taken on twice upstream, or the books were off.`;

export function readOptions(argv: readonly string[]): Options {
  return new Command('npm run crash --')
    .description(
      'Kills a real gateway at every named point, and looks whether everything still ends as it must.',
    )
    .option('--point <text>', 'only points whose title contains this; may be repeated', collect)
    .option('--repeats <count>', 'kills at each point', integer, 20)
    .option('--worlds <count>', 'installations side by side', integer, 6)
    .option('--seed <text>', 'what the moments are drawn from', String(Date.now() % 1_000_000))
    .addOption(
      new Option('--waits <kind>', 'leases and windows of seconds, or those of production (slow)')
        .choices(['short', 'real'])
        .default('short'),
    )
    .option('--record <file>', 'keep findings there, and do only what is missing from it')
    .option('--page <file>', 'write the table of the record there, as a page')
    .option('--list', 'show the points and end', false)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(npm run crash -- --help says what there is)')
    .allowExcessArguments(false)
    .parse(argv)
    .opts<Options>();
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function integer(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}
