/** Tables and lists of fields, as wide as the terminal and no wider. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Paint } from './output.ts';
import { clean, NOTHING } from './text.ts';

export type Column<Row> = {
  title: string;
  /** May be painted; text of others must come through `clean` or `brief`. */
  cell: (row: Row) => string;
  align?: 'left' | 'right';
  /** Gives way when the terminal is too narrow. At most one. */
  flexible?: boolean;
};

const GAP = 2;
const NARROWEST = 8;

export function table<Row>(columns: Column<Row>[], rows: readonly Row[], paint: Paint): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row) || NOTHING));
  const widths = columns.map((column, at) =>
    Math.max(...[column.title, ...cells.map((line) => line[at] ?? '')].map(visibleLength)),
  );
  const spare = paint.columns - widths.reduce((sum, width) => sum + width + GAP, -GAP);
  const flexible = columns.findIndex((column) => column.flexible);
  const limits = widths.map((width, at) =>
    at === flexible && spare < 0 ? Math.max(NARROWEST, width + spare) : width,
  );
  const drawn = new Table({
    head: columns.map((column) => paint.color.dim(column.title)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: limits,
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  for (const line of cells) drawn.push(line.map((cell, at) => shorten(cell, limits[at] ?? 0)));
  return trimmedLines(drawn.toString());
}

export type Field = [label: string, value: string | null | undefined | false];

/** `label  value` lines; fields without a value are left out. */
export function fields(list: Field[], paint: Paint): string {
  const shown = list.filter((field): field is [string, string] => typeof field[1] === 'string');
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  return shown
    .map(([label, value]) => {
      const [first, ...rest] = value.split('\n');
      const indent = ' '.repeat(width + GAP);
      return [`${paint.color.dim(label.padEnd(width))}  ${first}`, ...rest.map((line) => indent + line)].join(
        '\n',
      );
    })
    .join('\n');
}

/** A framed note for what is shown once. */
export function box(lines: string[], paint: Paint): string {
  const width = Math.max(...lines.map(visibleLength));
  const bar = '─'.repeat(width + 2);
  const framed = lines.map((line) => `│ ${line}${' '.repeat(width - visibleLength(line))} │`);
  const { cyan } = paint.color;
  return [
    cyan(`╭${bar}╮`),
    ...framed.map((line) => line.replace(/^│|│$/g, cyan('│'))),
    cyan(`╰${bar}╯`),
  ].join('\n');
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Only unpainted text is cut, because a cut may fall into a colour. */
function shorten(cell: string, width: number): string {
  if (visibleLength(cell) <= width) return cell;
  return `${[...clean(cell)].slice(0, Math.max(0, width - 1)).join('')}…`;
}

function trimmedLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};
