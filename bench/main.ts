/**
 * `npm run bench`: the figures of "Speed", each beside its baseline, measured in one run on one database and disk.
 * Prints a table (or JSON); judges, but never fails: a busy machine is not a broken build.
 */
import { Command, InvalidArgumentError } from 'commander';
import { type BenchServer, startBenchServer } from './database.ts';
import type { Bench, Figure } from './figure.ts';
import { accept } from './figures/accept.ts';
import { admission } from './figures/admission.ts';
import { pages } from './figures/console.ts';
import { inFlight } from './figures/in-flight.ts';
import { lifecycle } from './figures/lifecycle.ts';
import { mirror } from './figures/mirror.ts';
import { outbound } from './figures/outbound.ts';
import { planner } from './figures/planner.ts';
import { start } from './figures/start.ts';
import { polling, slots } from './figures/watching.ts';
import { readCpuTimes, readMachine, takenBetween } from './machine.ts';
import { createProgress } from './progress.ts';
import { writeResults } from './results.ts';
import { type Report, reportJson, reportText } from './table.ts';

const FIGURES: readonly Figure[] = [
  accept,
  lifecycle,
  slots,
  polling,
  mirror,
  admission,
  inFlight,
  outbound,
  planner,
  start,
  pages,
];

type Options = { only?: string[]; quick: boolean; json: boolean; write: boolean };

function readOptions(): Options {
  return new Command('npm run bench --')
    .description('The figures of "Speed", each beside its baseline, measured in one run.')
    .option('--only <names>', 'these figures, with commas between them', figureNames)
    .option('--quick', 'smaller sizes and fewer repeats: for a look, not for the record', false)
    .option('--json', 'for programs', false)
    .option('--write', 'put these figures into bench/RESULTS.md', false)
    .addHelpText(
      'after',
      `\nFigures:\n${FIGURES.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n')}`,
    )
    .showHelpAfterError('(npm run bench -- --help says what there is)')
    .allowExcessArguments(false)
    .parse()
    .opts<Options>();
}

function figureNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    const known = FIGURES.map(({ name }) => name).join(', ');
    throw new InvalidArgumentError(`There is no figure ${unknown.join(', ')}; there are ${known}.`);
  }
  return names;
}

async function main(): Promise<void> {
  const options = readOptions();
  const figures = FIGURES.filter((figure) => options.only?.includes(figure.name) ?? true);
  const names = FIGURES.map(({ name }) => name);
  const report = await measure(figures, options, (done) =>
    options.write ? writeResults(done, names) : Promise.resolve(),
  );
  process.stdout.write(`${options.json ? reportJson(report) : reportText(report)}\n`);
}

function commandOf(values: Options): string {
  const options = [
    ...(values.only === undefined ? [] : [`--only ${values.only.join(',')}`]),
    ...(values.quick ? ['--quick'] : []),
  ];
  return options.length === 0 ? 'npm run bench' : `npm run bench -- ${options.join(' ')}`;
}

/** Each figure is told as soon as it is there: the next one may break, and minutes of measuring with it. */
async function measure(
  figures: readonly Figure[],
  options: Options,
  onFigure: (report: Report) => Promise<void>,
): Promise<Report> {
  const { quick } = options;
  const cpuAtStart = await readCpuTimes();
  const progress = createProgress(process.stderr);
  let server: Promise<BenchServer> | null = null;
  const bench: Bench = {
    quick,
    progress,
    server: () => {
      server ??= startBenchServer();
      return server;
    },
  };
  const reportSince = async (
    cpuBefore: typeof cpuAtStart,
    machine: Report['machine'],
    done: Report['figures'],
  ): Promise<Report> => ({
    at: new Date().toISOString(),
    command: commandOf(options),
    machine,
    postgres: server === null ? null : (await bench.server()).version,
    taken: takenBetween(cpuBefore, await readCpuTimes()),
    figures: done,
  });
  const machineAtStart = readMachine();
  const all: Report['figures'] = [];
  try {
    for (const { name, title, run } of figures) {
      progress.say(title);
      const machine = readMachine();
      const cpuBefore = await readCpuTimes();
      const startedAt = performance.now();
      const lines = await run(bench);
      const figure = { name, title, lines, seconds: (performance.now() - startedAt) / 1000 };
      all.push(figure);
      await onFigure(await reportSince(cpuBefore, machine, [figure]));
    }
    return await reportSince(cpuAtStart, machineAtStart, all);
  } finally {
    progress.end();
    if (server !== null) await (await bench.server()).stop();
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader (`| head`) has seen enough.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await main();
