/** A readable difference of two texts: changed lines with a little of what stands around them. */

const CONTEXT_LINES = 2;
const MAX_PRINTED_LINES = 80;
/** Above this many cells the exact comparison is not worth its time, and the block is shown whole. */
const MAX_CELLS = 4_000_000;

type Line = { sign: ' ' | '-' | '+'; text: string };

/** Empty when the texts are equal. `-` is what is stored, `+` what would be written. */
export function differenceOf(stored: string, made: string): string[] {
  if (stored === made) return [];
  const lines = compare(stored.split('\n'), made.split('\n'));
  const shown: string[] = [];
  let skipped = false;
  for (const [index, line] of lines.entries()) {
    const around = lines.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1);
    if (around.every(({ sign }) => sign === ' ')) {
      skipped = true;
      continue;
    }
    if (skipped) shown.push('…');
    skipped = false;
    shown.push(`${line.sign} ${line.text}`);
  }
  if (shown.length <= MAX_PRINTED_LINES) return shown;
  return [...shown.slice(0, MAX_PRINTED_LINES), `… and ${shown.length - MAX_PRINTED_LINES} lines more`];
}

function compare(before: string[], after: string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...before.slice(0, start).map(same),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** Longest common subsequence over the part that differs. */
function changed(before: string[], after: string[]): Line[] {
  const width = after.length + 1;
  const removed = (text: string): Line => ({ sign: '-', text });
  const added = (text: string): Line => ({ sign: '+', text });
  if ((before.length + 1) * width > MAX_CELLS) return [...before.map(removed), ...after.map(added)];

  const lengths = new Uint32Array((before.length + 1) * width);
  const cell = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        before[row] === after[column]
          ? cell(row + 1, column + 1) + 1
          : Math.max(cell(row + 1, column), cell(row, column + 1));
    }
  }
  const lines: Line[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const old = before[row];
    const fresh = after[column];
    if (old !== undefined && old === fresh) {
      lines.push({ sign: ' ', text: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (fresh === undefined || cell(row + 1, column) >= cell(row, column + 1))) {
      lines.push(removed(old));
      row += 1;
    } else if (fresh !== undefined) {
      lines.push(added(fresh));
      column += 1;
    }
  }
  return lines;
}
