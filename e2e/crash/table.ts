/** The table at the end of a run, and the line in its course. */
import type { PointResult } from './run.ts';

export const HEAD = [
  'stage',
  'point',
  'repeats',
  'tasks',
  'lost',
  'accepts',
  'doubles',
  'books',
  'recovered in',
];

/** One for each point, and one for their sum. */
export function rowsOf(results: readonly PointResult[]): string[][] {
  const rows = results.map((result) => [
    result.stage,
    result.title,
    String(result.repeats),
    String(result.tasks),
    String(result.lost),
    String(result.accepts),
    String(result.doubles),
    result.balanced ? 'balanced' : 'OFF',
    secondsOf(result.recoveredMs),
  ]);
  const sum = (of: (result: PointResult) => number) =>
    String(results.reduce((all, each) => all + of(each), 0));
  const total = [
    '',
    `${results.length} points`,
    sum((each) => each.repeats),
    sum((each) => each.tasks),
    sum((each) => each.lost),
    sum((each) => each.accepts),
    sum((each) => each.doubles),
    results.every((each) => each.balanced) ? 'balanced' : 'OFF',
    secondsOf(results.flatMap((each) => each.recoveredMs)),
  ];
  return [...rows, total];
}

export function tableOf(results: readonly PointResult[]): string {
  const all = [HEAD, ...rowsOf(results)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Median and worst. */
function secondsOf(timesMs: readonly number[]): string {
  if (timesMs.length === 0) return '-';
  const sorted = [...timesMs].sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => ((ms ?? 0) / 1000).toFixed(1);
  return `${seconds(sorted[Math.floor(sorted.length / 2)])} s, at most ${seconds(sorted.at(-1))} s`;
}
