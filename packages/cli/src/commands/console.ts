/** `sluice console`: a fresh link that opens the console signed in. */
import type { Command } from 'commander';
import type { Register } from '../invocation.ts';
import { clean, relative } from '../output/text.ts';

export const register: Register = (command, context) => {
  command
    .option('--member <id>', 'for this member, mem_…; without it, with the rights of your own key')
    .addHelpText(
      'after',
      '\nThe link works once and for a few minutes. Its token stands behind the #, so no server log has it.\n',
    )
    .action(async (flags: { member?: string }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const sluice = await connect('operator');
      const link = await sluice.session.createLink({ member: flags.member ?? null });
      output.result(
        link,
        ({ color, nowMs }) =>
          `${color.bold(clean(link.url))}\n${color.dim(`Works once; ends ${relative(link.expires_at, nowMs)}.`)}`,
      );
    });
};
