/**
 * The table that the demo repaints while its tasks go through their stages. Off a terminal it prints a line
 * for each change instead, so that a log can be read.
 */
import type { Task } from '@sluice/sdk';
import { renderedSeconds, stageColor, stageWord, waitedSeconds } from '../order/task-words.ts';
import type { Paint } from '../output/output.ts';
import { bar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { amount, clean, NOTHING, span } from '../output/text.ts';
import type { Screen } from '../surroundings.ts';

export type Row = {
  /** What the viewer should call it: `kling-3.0, text to video`. */
  title: string;
  task: Task | null;
  /** Where its clip was saved. */
  savedAs: string | null;
};

export type LiveTable = {
  update(at: number, change: Partial<Row>): void;
  /** Leaves the last state on the screen. */
  end(): void;
};

const UP_AND_CLEAR = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r\u001b[J` : '');

export function startLiveTable(titles: readonly string[], screen: Screen, paint: () => Paint): LiveTable {
  const rows: Row[] = titles.map((title) => ({ title, task: null, savedAs: null }));
  return screen.isTerminal ? paintedTable(rows, screen, paint) : printedLines(rows, screen, paint);
}

function paintedTable(rows: Row[], screen: Screen, paint: () => Paint): LiveTable {
  let height = 0;
  const repaint = (): void => {
    const text = rowsText(rows, paint());
    screen.write(`${UP_AND_CLEAR(height)}${text}\n`);
    height = text.split('\n').length;
  };
  repaint();
  return {
    update(at, change) {
      Object.assign(rows[at] ?? {}, change);
      repaint();
    },
    end: repaint,
  };
}

function printedLines(rows: Row[], screen: Screen, paint: () => Paint): LiveTable {
  const said = rows.map(() => '');
  return {
    update(at, change) {
      const row = rows[at];
      if (!row) return;
      Object.assign(row, change);
      const line = lineText(row, paint());
      if (line === said[at]) return;
      said[at] = line;
      screen.write(`${line}\n`);
    },
    end() {},
  };
}

export function rowsText(rows: readonly Row[], paint: Paint): string {
  const { color } = paint;
  return table(
    [
      { title: 'task', cell: ({ task }) => shortId(task) },
      { title: 'what', cell: ({ title }) => clean(title) },
      { title: 'stage', cell: ({ task }) => stageText(task, paint) },
      { title: 'path', cell: ({ task }) => clean(task?.path ?? '') },
      { title: 'wait', cell: ({ task }) => (task ? span(waitedSeconds(task)) : NOTHING), align: 'right' },
      { title: 'render', cell: ({ task }) => (task ? span(renderedSeconds(task)) : NOTHING), align: 'right' },
      { title: 'charge', cell: ({ task }) => amount(task?.charge ?? null), align: 'right' },
      {
        title: 'saved as',
        cell: ({ savedAs }) => (savedAs ? color.green(clean(savedAs)) : ''),
        flexible: true,
      },
    ],
    rows,
    paint,
  );
}

function lineText({ title, task, savedAs }: Row, { color }: Paint): string {
  const parts = [
    shortId(task),
    clean(title),
    task && stageColor(color, task.stage)(stageWord(task.stage)),
    task?.charge && amount(task.charge),
    savedAs && clean(savedAs),
  ];
  return parts.filter((part) => part).join('  ');
}

/** The end of an id is what differs. */
function shortId(task: Task | null): string {
  return task ? `…${clean(task.id).slice(-6)}` : NOTHING;
}

function stageText(task: Task | null, paint: Paint): string {
  if (!task) return paint.color.dim('ordering');
  const word = stageColor(paint.color, task.stage)(stageWord(task.stage));
  return task.stage === 'rendering' ? `${bar(task.progress, 10, paint)} ${word}` : word;
}
