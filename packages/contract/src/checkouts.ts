/** Checkouts: an account is topped up by card on Stripe's page. */
import { z } from 'zod';
import { Currency, Decimal } from './money.ts';

const Instant = z.iso.datetime();

export const CreateCheckout = z
  .strictObject({ amount: Decimal.describe('What to pay, in the currency of the account; whole cents.') })
  .meta({ id: 'CreateCheckout' });

export const Checkout = z
  .strictObject({
    id: z.string(),
    object: z.literal('checkout'),
    account: z.string(),
    state: z
      .enum(['pending', 'paid', 'expired', 'failed'])
      .describe(
        'pending: not paid, or not confirmed yet. Money counts from `paid` on, and is in `credited`.',
      ),
    amount: Decimal.describe('What was asked for.'),
    currency: Currency,
    credited: Decimal.describe('What was paid and added to the balance.'),
    taken_back: Decimal.describe('What was taken off the balance again after a refund or a lost dispute.'),
    disputed: z.boolean().describe('Whether the payer contests the payment, and it is not decided yet.'),
    test: z.boolean().describe('Paid with test cards: no money moves.'),
    url: z
      .string()
      .nullable()
      .describe(
        'Stripe’s page, to be opened in a browser; null until Stripe has answered, and when it is over.',
      ),
    payment_reference: z.string().nullable().describe('The id of the Checkout Session at Stripe.'),
    problem: z.string().nullable().describe('Why it failed, or what a person has to look at.'),
    created_at: Instant,
    expires_at: Instant.nullable().describe('Until when it can be paid.'),
    ended_at: Instant.nullable(),
  })
  .meta({
    id: 'Checkout',
    description: 'A top-up by card. The balance rises once, when Stripe says that it was paid.',
  });
export type Checkout = z.infer<typeof Checkout>;

export const CheckoutTerms = z
  .strictObject({
    object: z.literal('checkout_terms'),
    offered: z.boolean().describe('Whether this installation takes payments by card.'),
    least: Decimal.nullable().describe('The smallest amount of one checkout.'),
    most: Decimal.nullable().describe('The largest amount of one checkout.'),
    test: z.boolean().describe('Only test cards work: no money moves.'),
  })
  .meta({ id: 'CheckoutTerms' });
export type CheckoutTerms = z.infer<typeof CheckoutTerms>;
