/**
 * `npm run bench`: the figures of "Speed", each beside its baseline, measured in one run on one database and disk.
 * Prints a table (or JSON); judges, but never fails: a busy machine is not a broken build.
 */
import { parseArgs } from 'node:util';
import { type BenchServer, startBenchServer } from './database.ts';
import type { Bench, Figure } from './figure.ts';
import { accept } from './figures/accept.ts';
import { admission } from './figures/admission.ts';

import { lifecycle } from './figures/lifecycle.ts';
import { mirror } from './figures/mirror.ts';
import { outbound } from './figures/outbound.ts';
import { polling, slots } from './figures/watching.ts';
import { readCpuTimes, readMachine, takenBetween } from './machine.ts';
import { createProgress } from './progress.ts';
import { type Report, reportJson, reportText } from './table.ts';

const FIGURES: readonly Figure[] = [accept, lifecycle, slots, polling, mirror, admission, outbound];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = values.only?.split(',').map((name) => name.trim());
  const unknown = wanted?.filter((name) => !FIGURES.some((figure) => figure.name === name)) ?? [];
  if (values.help || unknown.length > 0) {
    process.stdout.write(usage(unknown));
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  const figures = FIGURES.filter((figure) => wanted?.includes(figure.name) ?? true);
  const report = await measure(figures, values.quick, commandOf(values));
  process.stdout.write(`${values.json ? reportJson(report) : reportText(report)}\n`);
}

function usage(unknown: readonly string[]): string {
  const complaint = unknown.length > 0 ? `There is no figure ${unknown.join(', ')}.\n\n` : '';
  const names = FIGURES.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n');
  return `${complaint}npm run bench -- [--only name,name] [--quick] [--json]\n\n${names}\n`;
}

function commandOf(values: { only?: string | undefined; quick: boolean }): string {
  const options = [
    ...(values.only === undefined ? [] : [`--only ${values.only}`]),
    ...(values.quick ? ['--quick'] : []),
  ];
  return options.length === 0 ? 'npm run bench' : `npm run bench -- ${options.join(' ')}`;
}

async function measure(figures: readonly Figure[], quick: boolean, command: string): Promise<Report> {
  const machine = readMachine();
  const cpuBefore = await readCpuTimes();
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
  const done: Report['figures'] = [];
  try {
    for (const { name, title, run } of figures) {
      progress.say(title);
      const startedAt = performance.now();
      const lines = await run(bench);
      done.push({ name, title, lines, seconds: (performance.now() - startedAt) / 1000 });
    }
    const postgres = server === null ? null : (await bench.server()).version;
    const taken = takenBetween(cpuBefore, await readCpuTimes());
    return { at: new Date().toISOString(), command, machine, postgres, taken, figures: done };
  } finally {
    progress.end();
    if (server !== null) await (await bench.server()).stop();
  }
}

await main();
