/** `sluice restore <file>`: brings a backup back into an empty place, quarantined until an operator confirms. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import { maintenance } from '../serve/maintenance.ts';
import { addStoreFlags, type StoreFlags, settingsFrom } from '../serve/settings.ts';
import { canAsk } from '../surroundings.ts';

export const register: Register = (command, context) => {
  addStoreFlags(command.argument('<file>', 'made by `sluice backup`'))
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nWhat was sent to vendors after the backup was made is not in it. So the restored gateway sends nothing\n' +
        'until you say `sluice system confirm`, once the old one is stopped for good.\n',
    )
    .action(async (file: string, flags: StoreFlags & { yes?: boolean }, invoked: Command) => {
      const { output, surroundings } = context.begin(invoked);
      const config = settingsFrom(flags, surroundings);
      if (!flags.yes) {
        const target = config.databaseUrl === null ? config.dataDir : 'the database at --database-url';
        if (!canAsk(surroundings)) throw new UsageError('This needs a yes.', 'Add --yes.');
        const message = `Restore ${file} into ${target}?`;
        if (!(await surroundings.ask.confirm({ message }))) throw new UsageError('Nothing was changed.');
      }
      const summary = await maintenance('restore')(config, resolve(surroundings.cwd, file), (line) =>
        output.note(line),
      );
      output.result(summary, ({ color }) => `${color.green('✓')} ${summary.rows} rows are back.`);
      if (summary.quarantined)
        output.note('Start it with `sluice serve`, look around, then: sluice system confirm');
    });
};
