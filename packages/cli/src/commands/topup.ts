/** `sluice topup`: books money that was received. */
import type { Command } from 'commander';
import { decimal } from '../arguments.ts';
import type { Register } from '../invocation.ts';
import { movementText } from '../output/money.ts';

export const register: Register = (command, context) => {
  command
    .argument('<account>')
    .argument('<amount>', "in the account's currency", decimal)
    .option('--reference <text>', 'unique, e.g. the invoice; repeating it changes nothing')
    .option('--note <text>')
    .addHelpText('after', '\nExample:\n  $ sluice topup acct_… 250.00 --reference INV-2026-0107\n')
    .action(
      async (
        account: string,
        amount: string,
        flags: { reference?: string; note?: string },
        invoked: Command,
      ) => {
        const { connect, output, surroundings } = context.begin(invoked);
        // Without a reference of theirs, the same command a minute later is a second top-up.
        const reference = flags.reference ?? `cli ${new Date(surroundings.now()).toISOString()}`;
        const topUp = { amount, reference, ...(flags.note ? { note: flags.note } : {}) };
        const movement = await (await connect('operator')).accounts.topUp(account, topUp);
        output.result(movement, (paint) => movementText(movement, paint));
      },
    );
};
