/** `sluice topup`: books money that was received; or opens a page on which one's own account is topped up by card. */
import type { Checkout } from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, decimal, type OnceFlags } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Invocation, Register } from '../invocation.ts';
import { movementText } from '../output/money.ts';
import type { Paint } from '../output/output.ts';
import { clean } from '../output/text.ts';

type Flags = OnceFlags & { reference?: string; note?: string; checkout?: string; wait?: boolean };

export const register: Register = (command, context) => {
  addOnceFlag(command)
    .argument('[account]')
    .argument('[amount]', "in the account's currency", decimal)
    .option('--reference <text>', 'unique, e.g. the invoice; repeating it changes nothing')
    .option('--note <text>')
    .option('--checkout <amount>', 'top up your own account by card: prints the page to pay on', decimal)
    .option('--wait', 'with --checkout: until it is paid, expired or failed')
    .addHelpText('after', EXAMPLES)
    .action(
      async (account: string | undefined, amount: string | undefined, flags: Flags, invoked: Command) => {
        const invocation = context.begin(invoked);
        if (flags.checkout !== undefined) {
          if (account !== undefined)
            throw new UsageError('--checkout is for your own account.', 'Leave out the account.');
          return checkout(invocation, flags.checkout, flags.wait === true);
        }
        if (account === undefined || amount === undefined) {
          throw new UsageError(
            'Say which account received how much.',
            'Or pay by card: sluice topup --checkout 50.00',
          );
        }
        return book(invocation, account, amount, flags);
      },
    );
};

const EXAMPLES = `
Examples:
  $ sluice topup acct_… 250.00 --reference INV-2026-0107
  $ sluice topup --checkout 50.00 --wait
`;

async function book(
  { connect, output, surroundings }: Invocation,
  account: string,
  amount: string,
  { note, idempotencyKey, ...flags }: Flags,
): Promise<void> {
  // Without a reference of theirs, the same command a minute later is a second top-up.
  const reference = flags.reference ?? `cli ${new Date(surroundings.now()).toISOString()}`;
  const topUp = { amount, reference, ...(note ? { note } : {}) };
  const sluice = await connect('operator');
  const movement = await sluice.accounts.topUp(account, topUp, { idempotencyKey }).catch((error) => {
    output.note(`To be safe, repeat it with --reference "${reference}": that books it once.`);
    throw error;
  });
  output.result(movement, (paint) => movementText(movement, paint));
}

async function checkout(invocation: Invocation, amount: string, wait: boolean): Promise<void> {
  const { output } = invocation;
  const { checkouts } = await invocation.connect();
  const made = await checkouts.create({ amount });
  const opened = made.url === null ? await checkouts.page(made.id) : made;
  if (!wait || opened.state !== 'pending') {
    output.result(opened, (paint) => checkoutText(opened, paint));
    if (opened.state === 'failed') invocation.endBadly();
    return;
  }
  output.note(`Pay here: ${clean(opened.url ?? '')}`);
  const ended = await checkouts.wait(opened.id);
  output.result(ended, (paint) => checkoutText(ended, paint));
  if (ended.state !== 'paid') invocation.endBadly();
}

function checkoutText(
  { state, amount, credited, currency, url, problem, test }: Checkout,
  paint: Paint,
): string {
  const cards = test ? ' (test cards only: no money moves)' : '';
  switch (state) {
    case 'pending':
      return `Pay ${amount} ${currency} here${cards}:\n${clean(url ?? '')}`;
    case 'paid':
      return `${paint.color.green('✓')} paid: ${credited} ${currency} added to the balance${cards}`;
    case 'expired':
      return 'Nobody paid in time; nothing was charged.';
    case 'failed':
      return `Not paid: ${clean(problem ?? 'the payment failed')}`;
  }
}
