/** `sluice migrate`: brings the schema up to date without serving; `serve` does the same on its own. */
import type { Command } from 'commander';
import type { Register } from '../invocation.ts';
import { maintenance } from '../serve/maintenance.ts';
import { addStoreFlags, type StoreFlags, settingsFrom } from '../serve/settings.ts';

export const register: Register = (command, context) => {
  addStoreFlags(command)
    .addHelpText('after', '\nForward only. An older release refuses a newer schema: make a backup first.\n')
    .action(async (flags: StoreFlags, invoked: Command) => {
      const { output, surroundings } = context.begin(invoked);
      const config = settingsFrom(flags, surroundings);
      const summary = await maintenance('migrateDatabase')(config, (line) => output.note(line));
      output.result(summary, ({ color }) =>
        summary.from === summary.to
          ? `${color.green('✓')} The schema is up to date (${summary.to}).`
          : `${color.green('✓')} The schema went from ${summary.from} to ${summary.to}.`,
      );
    });
};
