/** `sluice attempts`: attempts whose submit answer was lost, and the operator's verdict on them. */
import type { ResolveAttempt, UnknownAttempt } from '@sluice/sdk';
import type { Command } from 'commander';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { brief, clean, relative, span } from '../output/text.ts';

type ResolveFlags = { neverAccepted?: boolean; accepted?: string; reason: string };

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('Attempts that are being looked up. Each holds its slot and its money until it is decided.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect('operator')).attempts.unknown();
      output.result(page, (paint) => attemptsTable(page.data, paint));
    });
  command
    .command('resolve')
    .description('Decide one by hand, after looking at the vendor’s console. Recorded with its reason.')
    .argument('<attempt>')
    .option('--never-accepted', 'the vendor has no such task: the order may be sent again')
    .option('--accepted <upstream-id>', "it has: follow it under the vendor's id")
    .requiredOption('--reason <text>', 'what you saw, and where')
    .action(async (id: string, flags: ResolveFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const verdict = verdictFrom(flags);
      const timeline = await (await connect('operator')).attempts.resolve(id, verdict);
      output.result(timeline, ({ color }) => `${color.green('✓')} ${clean(timeline.task_id)} goes on.`);
    });
};

function verdictFrom({ neverAccepted, accepted, reason }: ResolveFlags): ResolveAttempt {
  if (Boolean(neverAccepted) === Boolean(accepted)) {
    throw new UsageError('One verdict is needed.', 'Add --never-accepted, or --accepted <upstream-id>.');
  }
  return accepted
    ? { outcome: 'accepted', upstream_id: accepted, reason }
    : { outcome: 'never_accepted', reason };
}

function attemptsTable(attempts: UnknownAttempt[], paint: Paint): string {
  if (attempts.length === 0) return 'No lost answers.';
  return table(
    [
      { title: 'attempt', cell: (attempt) => clean(attempt.id) },
      { title: 'task', cell: (attempt) => clean(attempt.task_id) },
      { title: 'path', cell: (attempt) => clean(attempt.path) },
      { title: 'family', cell: (attempt) => clean(attempt.family) },
      { title: 'age', cell: (attempt) => span(attempt.age_seconds), align: 'right' },
      { title: 'looked up', cell: (attempt) => relative(attempt.next_lookup_at, paint.nowMs) },
      { title: 'our id at the vendor', cell: (attempt) => clean(attempt.correlation_id) },
      { title: 'what was lost', cell: (attempt) => brief(attempt.reason, 200), flexible: true },
    ],
    attempts,
    paint,
  );
}
