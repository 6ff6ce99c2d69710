/** A top-up by card as the API shows it. */
import { type Checkout, Currency, decimalFromMicros } from '@sluice/contract';
import type { CheckoutRow } from '../../store/checkouts.ts';
import { instant } from './instant.ts';

export function checkoutView(row: CheckoutRow): Checkout {
  return {
    id: row.id,
    object: 'checkout',
    account: row.account_id,
    state: row.state,
    amount: decimalFromMicros(row.asked_micros),
    currency: Currency.parse(row.currency),
    credited: decimalFromMicros(row.credited_micros),
    taken_back: decimalFromMicros(row.taken_back_micros),
    disputed: row.disputed,
    test: !row.livemode,
    url: row.state === 'pending' ? row.url : null,
    payment_reference: row.session_id,
    problem: row.problem,
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
    ended_at: instant(row.ended_at),
  };
}
