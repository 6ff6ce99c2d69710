/** The result as a table for people, or as JSON for programs. */
import { aimText, isMet, type Line, plain, ratioOf } from './figure.ts';
import type { Machine, Taken } from './machine.ts';

export type Report = {
  at: string;
  command: string;
  machine: Machine;
  postgres: string | null;
  taken: Taken | null;
  figures: { name: string; title: string; seconds: number; lines: Line[] }[];
};

const HEAD = ['figure', 'Sluice', 'baseline', 'ratio', 'aim', 'met?'];

export function reportText(report: Report): string {
  const { machine, postgres, taken } = report;
  const facts = [
    `${report.at.slice(0, 10)}  ${report.command}`,
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, ${machine.system}, node ${machine.node}` +
      (postgres === null ? '' : `, PostgreSQL ${postgres} with fsync`),
    `load when it began ${machine.load}` +
      (taken === null
        ? ''
        : `; all processors busy ${taken.busy} %, stolen by the hypervisor ${taken.stolen} %`),
  ];
  const tables = report.figures.map(({ title, seconds, lines }) => {
    const rows = lines.map((line) => rowOf(line));
    return `\n${title} (${Math.round(seconds)} s)\n${columns([HEAD, ...rows])}`;
  });
  return [...facts, ...tables].join('\n');
}

export function reportJson(report: Report): string {
  const figures = report.figures.map((figure) => ({
    ...figure,
    lines: figure.lines.map((line) => ({ ...line, ratio: ratioOf(line), met: isMet(line) })),
  }));
  return JSON.stringify({ ...report, figures }, null, 2);
}

function rowOf(line: Line): string[] {
  const ratio = ratioOf(line);
  const met = isMet(line);
  return [
    line.figure,
    line.sluice.text,
    line.baseline?.text ?? '',
    ratio === null ? '' : plain(ratio),
    aimText(line),
    met === null ? '' : met ? 'yes' : 'NO',
  ];
}

function columns(rows: string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) => `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
