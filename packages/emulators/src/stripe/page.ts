/** The page on which is paid: says what it is, and has one button for each thing that can happen there. */
import { type EmulatorAnswer, textAnswer } from '../exchange.ts';
import { newId, type StripePayment, type StripeSession, sessionObject, tell, type World } from './world.ts';

export function payPage(world: World, id: string): EmulatorAnswer {
  const session = world.sessions.get(id);
  if (session === undefined)
    return html(404, '<h1>Something went wrong</h1><p>The page could not be found.</p>');
  if (session.status !== 'open') {
    return html(200, '<h1>You’re all done here</h1><p>This Checkout Session was paid, or has expired.</p>');
  }
  const price = new Intl.NumberFormat('en', { style: 'currency', currency: session.currency }).format(
    session.amount / 100,
  );
  const button = (act: string, label: string) => `<button name="act" value="${act}">${label}</button>`;
  return html(
    200,
    `<p class="sandbox">SANDBOX: an emulated Stripe. No card is asked for and no money moves.</p>
<h1>${shown(session.name)}</h1><p class="price">${shown(price)}</p>
<form method="post">${button('pay', 'Pay')}${button('later', 'Pay by bank, days later')}${
      session.cancelUrl === null ? '' : button('leave', 'Back')
    }</form>`,
  );
}

export function actOnPage(world: World, id: string, act: string | null): EmulatorAnswer {
  const session = world.sessions.get(id);
  if (session === undefined || session.status !== 'open') return payPage(world, id);
  switch (act) {
    case 'pay':
      complete(world, session, 'succeeded');
      return seeOther(session.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', session.id));
    case 'later':
      complete(world, session, 'processing');
      return seeOther(session.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', session.id));
    case 'leave':
      return session.cancelUrl === null ? payPage(world, id) : seeOther(session.cancelUrl);
    default:
      return payPage(world, id);
  }
}

/** `succeeded` at once, as cards; `processing`, as debits and transfers that take days. */
export function complete(
  world: World,
  session: StripeSession,
  status: 'succeeded' | 'processing',
): StripePayment {
  const { amount, currency, paymentMetadata: metadata } = session;
  const payment: StripePayment = {
    id: newId(world, 'pi'),
    chargeId: newId(world, 'ch'),
    status,
    amount,
    refunded: 0,
    currency,
    metadata,
  };
  world.payments.set(payment.id, payment);
  session.payment = payment;
  session.status = 'complete';
  session.paymentStatus = status === 'succeeded' ? 'paid' : 'unpaid';
  tell(world, 'checkout.session.completed', sessionObject(world, session));
  return payment;
}

function seeOther(location: string): EmulatorAnswer {
  const answer = textAnswer(303, 'text/plain', 'see there');
  return { ...answer, headers: { ...answer.headers, location } };
}

const STYLE =
  'body{font:16px system-ui;max-width:26rem;margin:10vh auto;padding:0 1rem}button{font:inherit;padding:.6rem 1rem;' +
  'margin:.25rem .5rem .25rem 0}.sandbox{background:#fde68a;color:#422006;padding:.5rem .75rem}.price{font-size:2rem}';

const HEAD =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">' +
  '<title>Sandbox checkout</title>' +
  `<style>${STYLE}</style></head><body>`;
const FOOT = '</body></html>';

function html(status: number, body: string): EmulatorAnswer {
  return textAnswer(status, 'text/html; charset=utf-8', HEAD + body + FOOT);
}

function shown(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
