/** `sluice backup <file>`: the database in one file, made without any PostgreSQL client tool. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Register } from '../invocation.ts';
import { fields } from '../output/table.ts';
import { size } from '../output/text.ts';
import { maintenance } from '../serve/maintenance.ts';
import { addStoreFlags, type StoreFlags, settingsFrom } from '../serve/settings.ts';

export const register: Register = (command, context) => {
  addStoreFlags(command.argument('<file>', 'where to write it'))
    .addHelpText(
      'after',
      '\nSafe beside a running gateway. Clips are not in it: they lie in the data directory or in S3.\n',
    )
    .action(async (file: string, flags: StoreFlags, invoked: Command) => {
      const { output, surroundings } = context.begin(invoked);
      const config = settingsFrom(flags, surroundings);
      const summary = await maintenance('backup')(config, resolve(surroundings.cwd, file), (line) =>
        output.note(line),
      );
      output.result(summary, (paint) =>
        fields(
          [
            ['saved', summary.file],
            ['size', size(summary.bytes)],
            ['rows', String(summary.rows)],
          ],
          paint,
        ),
      );
    });
};
