/** `sluice system`: state of the installation; `sluice system confirm` ends the quarantine of a restored copy. */
import type { SystemStatus } from '@sluice/sdk';
import type { Command } from 'commander';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { fields } from '../output/table.ts';
import { clean, count, relative, size } from '../output/text.ts';
import { canAsk } from '../surroundings.ts';

/** The check itself says how old it is only when that matters. */
const OLD_CHECK_MS = 60_000;

export const register: Register = (command, context) => {
  command
    .command('show', { isDefault: true })
    .description('State of the installation.')
    .action(async (_flags: object, invoked: Command) => {
      const invocation = context.begin(invoked);
      const { url } = await invocation.connection('operator');
      const status = await (await invocation.connect('operator')).system.get();
      invocation.output.result(status, (paint) => systemText(status, url, paint));
    });
  command
    .command('confirm')
    .description('End the quarantine of a restored copy: it will send paid orders again.')
    .option('-y, --yes', 'do not ask')
    .action(async (flags: { yes?: boolean }, invoked: Command) => {
      const { connect, output, surroundings } = context.begin(invoked);
      if (!flags.yes) {
        if (!canAsk(surroundings)) throw new UsageError('This needs a yes.', 'Add --yes.');
        const message = 'Is the copy that this one was restored from stopped for good?';
        if (!(await surroundings.ask.confirm({ message }))) throw new UsageError('Nothing was changed.');
      }
      const status = await (await connect('operator')).system.confirm();
      output.result(status, ({ color }) => `${color.green('✓')} The quarantine is over.`);
    });
};

function systemText(status: SystemStatus, url: string, paint: Paint): string {
  const { red, yellow, bold } = paint.color;
  const { storage, database } = status;
  const tasks = Object.entries(status.tasks).filter(([, n]) => n > 0);
  const free = storage.free_bytes === null ? '' : `, ${size(storage.free_bytes)} free`;
  const lost = status.unknown_attempts;
  const body = fields(
    [
      ['quarantine', status.quarantined && red('yes: nothing is sent until `sluice system confirm`')],
      ['tasks', tasks.map(([stage, n]) => `${n} ${clean(stage)}`).join(', ') || 'none under way'],
      ['ledger', ledgerText(status, paint)],
      ['lost answers', lost === 0 ? 'none' : yellow(`${lost}, see: sluice attempts list`)],
      ['database', `PostgreSQL ${clean(database.version)}, ${database.kind}, schema ${status.schema}`],
      ['storage', `${clean(storage.kind)}, ${clean(storage.description)}${free}`],
      [count(status.nodes.length, 'node'), status.nodes.map((node) => nodeText(node, paint)).join('\n')],
    ],
    paint,
  );
  return `${bold('Sluice')} ${clean(status.version)} at ${url}\n${body.replace(/^/gm, '  ')}`;
}

function ledgerText({ ledger }: SystemStatus, { color, nowMs }: Paint): string {
  const state = ledger.balanced ? color.green('balanced') : color.red(`off by ${ledger.drift}`);
  const old = nowMs - Date.parse(ledger.checked_at) > OLD_CHECK_MS;
  return old ? `${state}, as of ${relative(ledger.checked_at, nowMs)}` : state;
}

function nodeText(node: SystemStatus['nodes'][number], paint: Paint): string {
  return `${clean(node.id)}, up ${relative(node.started_at, paint.nowMs).replace(/ ago$/, '')}`;
}
