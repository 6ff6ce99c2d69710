/** What the run has shown, as a table of clients and operations, and one of what each client's repeats came to. */
import { type DoorJudge, type OperationName, operations } from './judge.ts';
import type { Retried } from './retries.ts';

export type Outcome = 'pass' | 'fail';
/** By the name of the client; an operation that did not run is left out. */
export type Outcomes = ReadonlyMap<string, Partial<Record<OperationName, Outcome>>>;

const MARK = { pass: 'yes', fail: 'FAILED' } as const satisfies Record<Outcome, string>;

/** What a client cannot do is a number, and the reason stands under the table. */
export function tableOf(judges: readonly DoorJudge[], outcomes: Outcomes): string {
  const reasons: string[] = [];
  const because = (reason: string): string => {
    const known = reasons.indexOf(reason);
    return `no ${known === -1 ? reasons.push(reason) : known + 1}`;
  };
  const rows = judges.map((judge) => [
    judge.client,
    ...operations.map((operation) => {
      const run = judge.operations[operation];
      if (typeof run !== 'function') return because(run.none);
      const outcome = outcomes.get(judge.client)?.[operation];
      return outcome === undefined ? '-' : MARK[outcome];
    }),
  ]);
  const foot = reasons.map((reason, index) => `no ${index + 1}: ${reason}`);
  return [...columns(['client', ...operations], rows), '', ...foot].join('\n');
}

export function retriesTable(retried: readonly Retried[]): string {
  const head = ['client', 'creates', 'requests', 'tasks', 'holds', 'accepts'] as const;
  const rows = retried.map((each) => head.map((name) => String(each[name])));
  return columns(head, rows).join('\n');
}

/** Each as wide as its longest cell; a heading breaks at its last space or hyphen, so that the table fits a screen. */
function columns(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const broken = head.map((name) => {
    const at = Math.max(name.lastIndexOf(' '), name.lastIndexOf('-')) + 1;
    return [name.slice(0, at).trim(), name.slice(at)];
  });
  const heads = [0, 1].map((line) => broken.map((parts) => parts[line] ?? ''));
  const lines = [...heads.filter((line) => line.some((part) => part !== '')), ...rows];
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
