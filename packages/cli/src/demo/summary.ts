/** What the demo says at its end: what was made, that the books balance, that the webhook was genuine, what next. */
import type { SystemStatus, Task } from '@sluice/sdk';
import { renderedSeconds, stageWord, waitedSeconds } from '../order/task-words.ts';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { amount, clean, count, NOTHING, span } from '../output/text.ts';

export type DemoResult = {
  url: string;
  jobs: { title: string; task: Task; savedAs: string | null }[];
  ledger: SystemStatus['ledger'];
  /** Webhooks that arrived and whose signature was good, of so many that should have. */
  webhooks: { verified: number; expected: number };
  seconds: number;
};

/** Whether the demo showed what it promises; its exit code hangs on this. */
export function demoSucceeded({ jobs, ledger, webhooks }: DemoResult): boolean {
  // Flags are what the probe of the stored clip found to differ from the order.
  const asOrdered = (task: Task): boolean => task.status === 'completed' && task.flags.length === 0;
  const allSaved = jobs.every(({ task, savedAs }) => asOrdered(task) && savedAs !== null);
  return jobs.length > 0 && allSaved && ledger.balanced && webhooks.verified >= webhooks.expected;
}

export function summaryText(result: DemoResult, paint: Paint): string {
  const { color } = paint;
  const mark = (good: boolean): string => (good ? color.green('✓') : color.red('✗'));
  const { jobs, ledger, webhooks } = result;
  const done = jobs.filter(({ savedAs }) => savedAs !== null).length;
  const expected = count(webhooks.expected, 'webhook');
  const lines = [
    `${mark(done === jobs.length)} ${done} of ${count(jobs.length, 'clip')} made and saved in ${span(result.seconds)}`,
    `${mark(ledger.balanced)} the ledger ${ledger.balanced ? 'balances' : `is off by ${ledger.drift}`}`,
    `${mark(webhooks.verified >= webhooks.expected)} ${webhooks.verified} of ${expected} arrived and verified`,
    ...failuresOf(result).map((line) => `  ${color.red(line)}`),
  ];
  const hints = [
    color.dim('All of this was sandbox: an emulator rendered the clips, nobody was paid.'),
    'Next: npm start opens the console, with the API page under /docs. With a Kling key: sluice paths add kling',
  ];
  return [finalTable(result, paint), '', ...lines, '', ...hints].join('\n');
}

function failuresOf({ jobs }: DemoResult): string[] {
  return jobs.flatMap(({ title, task }) =>
    task.error ? [`${clean(title)}: ${task.error.code}, ${clean(task.error.message)}`] : [],
  );
}

function finalTable({ jobs }: DemoResult, paint: Paint): string {
  return table(
    [
      { title: 'task', cell: ({ task }) => clean(task.id) },
      { title: 'model', cell: ({ task }) => clean(task.model) },
      { title: 'path', cell: ({ task }) => clean(task.path ?? NOTHING) },
      { title: 'wait', cell: ({ task }) => span(waitedSeconds(task)), align: 'right' },
      { title: 'render', cell: ({ task }) => span(renderedSeconds(task)), align: 'right' },
      {
        title: 'saved as',
        cell: ({ task, savedAs }) => clean(savedAs ?? stageWord(task.stage)),
        flexible: true,
      },
      { title: 'charge', cell: ({ task }) => amount(task.charge), align: 'right' },
    ],
    jobs,
    paint,
  );
}
