/** The tree at a glance: rooms with their sizes, and the functions and files nearest to the limits. */
import { type Room, roomOf } from './rooms.ts';
import { countLines, functionsOf, MAX_FUNCTION_LINES, MAX_SOURCE_LINES } from './sizes.ts';
import type { Tree, TreeFile } from './tree.ts';

const BIGGEST = 12;

export function overview(tree: Tree): string {
  const code = tree.files.filter((file) => file.isCode);
  const sources = code.filter((file) => !file.isTest);
  return [...roomLines(code), '', ...fileLines(sources), '', ...functionLines(sources), ''].join('\n');
}

type Sum = { files: number; lines: number; testFiles: number; testLines: number };

function roomLines(code: TreeFile[]): string[] {
  const sums = new Map<string, Sum>();
  for (const file of code) {
    const name = labelOf(roomOf(file.path), file);
    const sum = sums.get(name) ?? { files: 0, lines: 0, testFiles: 0, testLines: 0 };
    const lines = countLines(file);
    if (file.isTest) Object.assign(sum, { testFiles: sum.testFiles + 1, testLines: sum.testLines + lines });
    else Object.assign(sum, { files: sum.files + 1, lines: sum.lines + lines });
    sums.set(name, sum);
  }
  const rows = [...sums].sort(([a], [b]) => a.localeCompare(b));
  const total = rows.reduce<Sum>(
    (all, [, sum]) => ({
      files: all.files + sum.files,
      lines: all.lines + sum.lines,
      testFiles: all.testFiles + sum.testFiles,
      testLines: all.testLines + sum.testLines,
    }),
    { files: 0, lines: 0, testFiles: 0, testLines: 0 },
  );
  return [
    row('room', 'files', 'lines', 'tests', 'lines'),
    ...[...rows, ['all', total] as const].map(([name, sum]) =>
      row(name, sum.files, sum.lines, sum.testFiles, sum.testLines),
    ),
  ];
}

/** A provider folder is shown by its own name. */
function labelOf(room: Room | undefined, file: TreeFile): string {
  if (!room) return '(no room)';
  return room.apart ? `${room.name} ${room.files.exec(file.path)?.[1] ?? ''}` : room.name;
}

function row(name: string, ...numbers: (string | number)[]): string {
  return name.padEnd(26) + numbers.map((each) => String(each).padStart(8)).join('');
}

function fileLines(sources: TreeFile[]): string[] {
  const biggest = sources
    .map((file) => ({ path: file.path, lines: countLines(file) }))
    .sort((a, b) => b.lines - a.lines)
    .slice(0, BIGGEST);
  return [
    `longest files (at most ${MAX_SOURCE_LINES})`,
    ...biggest.map(({ path, lines }) => `${String(lines).padStart(6)}  ${path}`),
  ];
}

function functionLines(sources: TreeFile[]): string[] {
  const biggest = sources
    .flatMap((file) => functionsOf(file).map((fn) => ({ ...fn, path: file.path })))
    .sort((a, b) => b.lines - a.lines)
    .slice(0, BIGGEST);
  return [
    `longest functions (at most ${MAX_FUNCTION_LINES})`,
    ...biggest.map(({ path, line, lines, name }) => `${String(lines).padStart(6)}  ${path}:${line} ${name}`),
  ];
}
