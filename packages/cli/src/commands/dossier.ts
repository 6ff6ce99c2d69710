/** `sluice dossier`: what is known of a path or a vendor, by whom, how sure and how old; and what is left to ask. */
import type { Command } from 'commander';
import { dossierText } from '../evidence/dossier-words.ts';
import type { Register } from '../invocation.ts';

export const register: Register = (command, context) => {
  command
    .argument('<path>', 'a path, or a provider such as kling')
    .option('--all', 'also every statement that does not count, beside the one that does')
    .action(async (name: string, flags: { all?: boolean }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const dossier = await (await connect('operator')).paths.dossier(name);
      output.result(dossier, (paint) => dossierText(dossier, flags.all === true, paint));
    });
};
