/** What may be said on the simulator's command line. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { plants } from './plants/plants.ts';
import { rangeOf } from './seeds.ts';
import type { Size } from './world/climate.ts';

export type Options = {
  seed?: number;
  seeds: number;
  from: number;
  size: Size;
  workers: number;
  plant?: string;
  plants: boolean;
  trace: boolean;
};

const EXAMPLES = `
Examples:
  npm run sim -- --seed 7 --trace        one seed, replayed to the byte, and each step of it
  npm run sim -- --seeds 200             many seeds, and what they covered
  npm run sim -- --seeds 50 --paths 1-5  the same with several vendors in each world
  npm run sim -- --plant no-fence        how soon a planted bug is found
  npm run sim -- --plants                the same for all of them

Ends with 1 when an invariant broke or a planted bug was not found.`;

export function readOptions(argv: readonly string[]): Options {
  const program = new Command('npm run sim --')
    .description('The real lifecycle, SQL and adapters in virtual time, under faults drawn from a seed.')
    .option('--seed <number>', 'this seed alone', integer(0))
    .addOption(
      new Option('--seeds <count>', 'so many seeds').argParser(integer(1)).default(200).conflicts('seed'),
    )
    .option('--from <number>', 'the first of many seeds', integer(0), 1)
    .option('--trace', 'with --seed: print each step', false)
    .option(
      '--tasks <count>',
      'so many orders in each world, instead of a number drawn from the seed',
      integer(1),
    )
    .option(
      '--nodes <count>',
      'so many gateways in each world, instead of a number drawn from the seed',
      integer(1),
    )
    .option(
      '--paths <range>',
      'access paths of several vendors: 5, or 1-5 to draw; left out: Kling alone',
      paths,
    )
    .option('--workers <count>', 'processes that share the seeds', integer(1), 2)
    .addOption(
      new Option('--plant <name>', 'run with this bug planted').choices(plants.map(({ name }) => name)),
    )
    .addOption(new Option('--plants', 'each planted bug in turn').default(false).conflicts(['seed', 'plant']))
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(npm run sim -- --help says what there is)')
    .allowExcessArguments(false)
    .parse(argv);
  const { tasks, nodes, paths: range, ...said } = program.opts<Omit<Options, 'size'> & Said>();
  return { ...said, size: { nodes: nodes ?? null, intents: tasks ?? null, paths: range ?? null } };
}

type Said = { tasks?: number; nodes?: number; paths?: Size['paths'] };

function integer(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    }
    return Number(text);
  };
}

function paths(text: string): Size['paths'] {
  try {
    return rangeOf(text);
  } catch {
    throw new InvalidArgumentError('It must be a number from 1 to 7, or a range such as 1-5.');
  }
}
