/** `sluice topup`: books money that was received. */
import type { Command } from 'commander';
import { addOnceFlag, decimal, type OnceFlags } from '../arguments.ts';
import type { Register } from '../invocation.ts';
import { movementText } from '../output/money.ts';

export const register: Register = (command, context) => {
  addOnceFlag(command)
    .argument('<account>')
    .argument('<amount>', "in the account's currency", decimal)
    .option('--reference <text>', 'unique, e.g. the invoice; repeating it changes nothing')
    .option('--note <text>')
    .addHelpText('after', '\nExample:\n  $ sluice topup acct_… 250.00 --reference INV-2026-0107\n')
    .action(
      async (
        account: string,
        amount: string,
        { idempotencyKey, ...flags }: OnceFlags & { reference?: string; note?: string },
        invoked: Command,
      ) => {
        const { connect, output, surroundings } = context.begin(invoked);
        // Without a reference of theirs, the same command a minute later is a second top-up.
        const reference = flags.reference ?? `cli ${new Date(surroundings.now()).toISOString()}`;
        const topUp = { amount, reference, ...(flags.note ? { note: flags.note } : {}) };
        const sluice = await connect('operator');
        const movement = await sluice.accounts.topUp(account, topUp, { idempotencyKey }).catch((error) => {
          output.note(`To be safe, repeat it with --reference "${reference}": that books it once.`);
          throw error;
        });
        output.result(movement, (paint) => movementText(movement, paint));
      },
    );
};
