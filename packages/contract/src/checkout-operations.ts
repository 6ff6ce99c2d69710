/** Topping an account up by card. */
import * as checkouts from './checkouts.ts';
import { INPUT, json, list, type Operation, PageQuery } from './operation.ts';

export const checkoutOperations = {
  getCheckoutTerms: {
    method: 'get',
    path: '/v1/checkout-terms',
    tag: 'Money',
    summary: 'Whether the account can be topped up by card, and by how much',
    access: 'billing:read',
    response: json(checkouts.CheckoutTerms, 'The terms.'),
    errors: [],
  },
  createCheckout: {
    method: 'post',
    path: '/v1/checkouts',
    tag: 'Money',
    summary: 'Top the account up by card',
    description:
      'Answers with the address of Stripe’s page, where the payment is made. `url` is null while Stripe has not ' +
      'answered: read the checkout again. The balance rises when Stripe confirms the payment, once.',
    access: 'billing:write',
    body: checkouts.CreateCheckout,
    response: json(checkouts.Checkout, 'The checkout.', 201),
    errors: [...INPUT, 'payments_not_configured', 'amount_out_of_bounds', 'payment_refused'],
  },
  listCheckouts: {
    method: 'get',
    path: '/v1/checkouts',
    tag: 'Money',
    summary: 'List top-ups by card',
    description: 'Newest first; operators see those of all accounts.',
    access: 'billing:read',
    query: PageQuery,
    response: json(list(checkouts.Checkout, 'CheckoutList'), 'A page of checkouts.'),
    errors: ['invalid_input', 'unknown_field'],
  },
  getCheckout: {
    method: 'get',
    path: '/v1/checkouts/{id}',
    tag: 'Money',
    summary: 'Read a top-up by card',
    description: 'While it is pending, Stripe is asked how it stands, at most every few seconds.',
    access: 'billing:read',
    response: json(checkouts.Checkout, 'The checkout.'),
    errors: ['not_found'],
  },
} satisfies Record<string, Operation>;
