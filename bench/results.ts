/**
 * `--write`: the figures that were measured now take their places in `results.json`, and RESULTS.md is made from it. A
 * figure and its baseline always come from one run; different figures may come from different runs, each with what the
 * machine was doing meanwhile.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { aimText, isMet, type Line, plain, ratioOf } from './figure.ts';
import type { Report } from './table.ts';

const JSON_FILE = new URL('./results.json', import.meta.url);
const PAGE_FILE = new URL('./RESULTS.md', import.meta.url);

const Quantity = z.object({ value: z.number(), text: z.string() });
const Aim = z.object({
  of: z.enum(['ratio', 'sluice']),
  least: z.number().optional(),
  most: z.number().optional(),
});
const Measured = z.object({
  name: z.string(),
  title: z.string(),
  on: z.iso.date(),
  command: z.string(),
  machine: z.string(),
  meanwhile: z.string(),
  lines: z.array(
    z.object({ figure: z.string(), sluice: Quantity, baseline: Quantity.nullable(), aim: Aim.nullable() }),
  ),
});
type Measured = z.infer<typeof Measured>;

/** `order`: all names, as they are shown. */
export async function writeResults(report: Report, order: readonly string[]): Promise<void> {
  const now = report.figures.map((figure) => measuredOf(report, figure));
  const kept = await readResults();
  const all = [...kept.filter(({ name }) => !now.some((each) => each.name === name)), ...now];
  all.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  await writeFile(JSON_FILE, `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(PAGE_FILE, pageOf(all));
}

async function readResults(): Promise<Measured[]> {
  if (!existsSync(JSON_FILE)) return [];
  return z.array(Measured).parse(JSON.parse(await readFile(JSON_FILE, 'utf8')));
}

function measuredOf(report: Report, { name, title, lines }: Report['figures'][number]): Measured {
  const { machine, postgres, taken } = report;
  return {
    name,
    title,
    on: report.at.slice(0, 10),
    command: report.command,
    machine:
      `${machine.cores} cores, ${machine.memoryGiB} GiB, node ${machine.node}` +
      (postgres === null ? '' : `, PostgreSQL ${postgres} with fsync`),
    meanwhile: `load ${machine.load} when it began${taken === null ? '' : `, processors busy ${taken.busy} %`}`,
    lines: lines.map(({ figure, sluice, baseline, aim }) => ({ figure, sluice, baseline, aim })),
  };
}

function pageOf(all: readonly Measured[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const missed = all.flatMap(({ lines }) => lines.filter((line) => isMet(lineOf(line)) === false)).length;
  const sections = all.flatMap(({ title, on, command, machine, meanwhile, lines }) => [
    `## ${title}`,
    '',
    `\`${command}\`, ${on}; ${machine}; ${meanwhile}.`,
    '',
    row(['figure', 'Sluice', 'baseline', 'ratio', 'aim', 'met?']),
    row(['---', '---:', '---:', '---:', '---:', '---']),
    ...lines.map((line) => row(cellsOf(lineOf(line)))),
    '',
  ]);
  return [
    '# What was measured',
    '',
    'Made by `npm run bench -- --write`. Each figure stands beside its baseline from the same run on the same disk and',
    'database; what counts is the ratio, and absolute numbers say more about the machine and about what else it did.',
    '`--quick` marks fewer repeats and smaller sizes. What is behind a missed aim is told in',
    '[rows for each task](../docs/decisions/0012-rows-for-each-task.md) and in the figures’ own files.',
    '',
    missed === 0 ? 'Every aim was met.' : `Aims that were missed: ${missed}, marked **no**.`,
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function lineOf({ aim, ...line }: Measured['lines'][number]): Line {
  if (aim === null) return { ...line, aim };
  const { of, least, most } = aim;
  return {
    ...line,
    aim: { of, ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) },
  };
}

function cellsOf(line: Line): string[] {
  const ratio = ratioOf(line);
  const met = isMet(line);
  return [
    line.figure,
    line.sluice.text,
    line.baseline?.text ?? '',
    ratio === null ? '' : plain(ratio),
    aimText(line),
    met === null ? '' : met ? 'yes' : '**no**',
  ];
}
