/**
 * Top-ups by card: a checkout at the payment service, from the wish to the balance.
 *
 * What enters: a wish for an amount; what the service tells (webhooks); checkouts that are due for a question. What
 * leaves: a page to pay on, one booking for each payment, one for each step of a refund or a lost dispute.
 * If it dies: the row is written before the service is asked, so a lost answer is asked for again under the same
 * idempotency key, and what was opened meanwhile has an address that nobody was told and ends unpaid. A webhook is
 * answered when its event, the booking and the new balance are committed together; the service repeats it until then,
 * and an event counts once. When no webhook comes at all, the session is read: when its payer comes back, and by
 * ourselves more and more rarely. Claims need no lease: every question may be asked twice, and what it brings is
 * counted against what was booked, under the row's lock.
 */
import { type CheckoutTerms, decimalFromMicros, microsFromDecimal, type Refusal } from '@sluice/contract';
import {
  type Checkout,
  Disputes,
  isDisputed,
  nextLookMs,
  PaymentFact,
  REPEAT_WITHIN_MS,
  settleCheckout,
} from '../decide/checkout.ts';
import { newId } from '../effects/random/id.ts';
import { isSignedByStripe } from '../payments/signature.ts';
import {
  isTestKey,
  isWholeMinor,
  openSession,
  readEvent,
  readSession,
  readSessionAnswer,
  type SessionAnswer,
  type StripeRequest,
} from '../payments/stripe.ts';
import type { CheckoutRow, SettleCheckout } from '../store/checkouts.ts';
import type { CheckoutSettings, Context, LifecycleSettings } from './context.ts';

export type CheckoutAnswer =
  | { kind: 'checkout'; checkout: CheckoutRow }
  | { kind: 'refused'; refusal: Refusal };

/** Who wishes, for what account, and where they come back to. */
export type Wish = { accountId: string; keyId: string; amount: string; returnBase: string };

const LIMITS = { connectMs: 5_000, headersMs: 20_000, idleMs: 10_000, totalMs: 30_000, maxBytes: 512 * 1024 };
/** Longer than one question takes. */
const CLAIM_MS = 60_000;
const ASK_AGAIN_AFTER_MS = 3_000;
const MOST = 20;
/** What Stripe said to it is for operators, in the log. */
const NOT_OPENED = 'Stripe opened no page for it.';
const STRANGE_KEPT_MS = 30 * 24 * 3_600_000;

export function checkoutTerms({ settings: { checkout: terms } }: Context): CheckoutTerms {
  return {
    object: 'checkout_terms',
    offered: terms !== null,
    least: terms && decimalFromMicros(terms.leastMicros),
    most: terms && decimalFromMicros(terms.mostMicros),
    test: terms !== null && isTestKey(terms.secretKey),
  };
}

/** What an operator should know of these settings, at each start. */
export function checkoutWarnings({
  checkout,
  publicUrl,
}: Pick<LifecycleSettings, 'checkout' | 'publicUrl'>): string[] {
  if (checkout === null) return [];
  return [
    ...(isTestKey(checkout.secretKey)
      ? ['cards are taken with a test key of Stripe: no money moves, and balances rise all the same']
      : []),
    ...(publicUrl === null
      ? ['cards are taken without PUBLIC_URL: payers come back to the address by which they reached us']
      : []),
  ];
}

export async function openCheckout(context: Context, wish: Wish): Promise<CheckoutAnswer> {
  const terms = context.settings.checkout;
  if (terms === null) return refused({ code: 'payments_not_configured' });
  if (await context.gate.quarantined()) return refused({ code: 'quarantined' });
  const micros = microsFromDecimal(wish.amount);
  const refusal = amountRefusal(micros, terms);
  if (refusal) return refused(refusal);
  const account = await context.store.accounts.find(wish.accountId);
  if (!account) return refused({ code: 'not_found' });
  const nowMs = context.clock.now();
  const row = await context.store.checkouts.insert(
    {
      id: newId('chk', nowMs, context.random),
      accountId: account.id,
      keyId: wish.keyId,
      currency: account.currency,
      micros,
      returnBase: wish.returnBase,
      livemode: !isTestKey(terms.secretKey),
      dueAtMs: nowMs + CLAIM_MS,
    },
    nowMs,
  );
  const opened = await open(context, terms, row);
  if (opened.state !== 'failed') return { kind: 'checkout', checkout: opened };
  return refused({ code: 'payment_refused' });
}

function amountRefusal(micros: bigint, { leastMicros, mostMicros }: CheckoutSettings): Refusal | null {
  if (micros < leastMicros || micros > mostMicros) {
    const allowed = { least: decimalFromMicros(leastMicros), most: decimalFromMicros(mostMicros) };
    const message = `One top-up by card is at least ${allowed.least} and at most ${allowed.most}.`;
    return { code: 'amount_out_of_bounds', field: 'amount', message, allowed };
  }
  if (isWholeMinor(micros)) return null;
  return {
    code: 'invalid_input',
    field: 'amount',
    message: 'Cards are charged in whole cents.',
    fix: 'Round it.',
  };
}

/** Asks for the page; what is lost is asked for again, at once and then by ourselves. */
async function open(context: Context, terms: CheckoutSettings, row: CheckoutRow): Promise<CheckoutRow> {
  const { id, account_id: accountId, currency, asked_micros: micros, return_base: returnBase } = row;
  const request = openSession(terms.apiUrl, terms.secretKey, { id, accountId, currency, micros, returnBase });
  const first = await ask(context, request);
  const answer = first.kind === 'unclear' ? await ask(context, request) : first;
  const nowMs = context.clock.now();
  switch (answer.kind) {
    case 'session': {
      const { fact, url, expiresAtMs } = answer;
      const dueAtMs = nextLookMs(checkoutOf(row), nowMs) ?? nowMs + CLAIM_MS;
      const opened = await context.store.checkouts.opened(
        id,
        { id: fact.sessionId, url, expiresAtMs },
        dueAtMs,
      );
      return opened ?? (await reread(context, row));
    }
    case 'refused': {
      context.telemetry.log('error', `Stripe refused to open a checkout: ${answer.message}`, {
        checkout: id,
      });
      return (await context.store.checkouts.failed(id, NOT_OPENED, nowMs)) ?? (await reread(context, row));
    }
    case 'unclear': {
      context.telemetry.log('warn', `no answer to the opening of a checkout: ${answer.reason}`, {
        checkout: id,
      });
      return row;
    }
  }
}

async function reread(context: Context, row: CheckoutRow): Promise<CheckoutRow> {
  return (await context.store.checkouts.find(row.id, null)) ?? row;
}

/** For whoever looks at it: as the service sees it now, unless that was asked a moment ago. */
export async function lookAtCheckout(context: Context, row: CheckoutRow): Promise<CheckoutRow> {
  const terms = context.settings.checkout;
  if (terms === null || row.state !== 'pending') return row;
  const nowMs = context.clock.now();
  const claimed = await context.store.checkouts.claimOne(row.id, nowMs, nowMs - ASK_AGAIN_AFTER_MS);
  return claimed === null ? row : advance(context, terms, claimed);
}

/** One round by ourselves; true when there may be more at once. */
export async function settleCheckouts(context: Context): Promise<boolean> {
  const terms = context.settings.checkout;
  if (terms === null || (await context.gate.quarantined())) return false;
  const nowMs = context.clock.now();
  const told = await context.store.checkouts.toldBefore(MOST);
  for (const id of told) await unharmed(context, id, settle(context, id, []));
  const due = await context.store.checkouts.claim(nowMs, nowMs + CLAIM_MS, MOST);
  for (const row of due) await unharmed(context, row.id, advance(context, terms, row));
  await context.store.checkouts.deleteStrangeEvents(nowMs - STRANGE_KEPT_MS);
  return told.length === MOST || due.length === MOST;
}

/** One that cannot be advanced is tried again later and keeps none of the others. */
async function unharmed(context: Context, checkout: string, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    context.telemetry.count('sluice_loop_errors_total', { stage: 'checkout' });
    context.telemetry.log('error', `checkout: ${error instanceof Error ? error.message : String(error)}`, {
      checkout,
    });
  });
}

async function advance(context: Context, terms: CheckoutSettings, row: CheckoutRow): Promise<CheckoutRow> {
  if (row.state !== 'pending') return (await settle(context, row.id, [])) ?? row;
  if (row.session_id === null) return openAgain(context, terms, row);
  const answer = await ask(context, readSession(terms.apiUrl, terms.secretKey, row.session_id));
  if (answer.kind === 'session') return (await settle(context, row.id, [answer.fact])) ?? row;
  const why = answer.kind === 'refused' ? answer.message : answer.reason;
  context.telemetry.log('warn', `a checkout could not be read: ${why}`, { checkout: row.id });
  // Nothing is known anew: it is put off as after any look.
  return (await settle(context, row.id, [])) ?? row;
}

async function openAgain(context: Context, terms: CheckoutSettings, row: CheckoutRow): Promise<CheckoutRow> {
  const nowMs = context.clock.now();
  if (nowMs - row.created_at < REPEAT_WITHIN_MS) return open(context, terms, row);
  const problem = 'Stripe could not be reached; nobody was sent there to pay.';
  return (await context.store.checkouts.failed(row.id, problem, nowMs)) ?? row;
}

export type Told = 'taken' | 'not_configured' | 'rejected' | 'unreadable';

/** A webhook. The signature is over the bytes, so it is looked at before anything in them is. */
export async function receivePaymentEvent(
  context: Context,
  signature: string | undefined,
  body: Uint8Array,
): Promise<Told> {
  const { checkout: terms } = context.settings;
  if (terms === null) return 'not_configured';
  if (!isSignedByStripe(signature, body, terms.webhookSecrets, context.clock.now())) return 'rejected';
  const read = readEvent(body);
  switch (read.kind) {
    case 'unknown':
      return 'taken';
    case 'unreadable':
      context.telemetry.log('error', `an event of Stripe cannot be read: ${read.why}`);
      return 'unreadable';
    case 'event': {
      const { event } = read;
      const row = await context.store.checkouts.receive(event, settling(context), context.clock.now());
      context.wake('admit');
      if (row === null)
        context.telemetry.log('info', `Stripe told of a payment that is none of ours yet`, {
          type: event.type,
          event: event.id,
        });
      else if (event.fact.kind !== 'session') {
        const { id: checkout, account_id: account } = row;
        context.telemetry.log('warn', `a payment by card: ${event.type}`, {
          checkout,
          account,
          event: event.id,
        });
      }
      return 'taken';
    }
  }
}

async function settle(
  context: Context,
  id: string,
  facts: readonly PaymentFact[],
): Promise<CheckoutRow | null> {
  const row = await context.store.checkouts.settle(id, facts, settling(context), context.clock.now());
  if (row !== null && row.state === 'paid') context.wake('admit');
  return row;
}

function settling(context: Context): SettleCheckout {
  return (row, account, kept) => {
    const nowMs = context.clock.now();
    const facts = kept.map((fact) => PaymentFact.parse(fact));
    const roomMicros = account.posted_micros - account.held_micros + account.credit_limit_micros;
    const { after, bookings } = settleCheckout(checkoutOf(row), facts, roomMicros);
    const { state, paymentIntent, creditedMicros, refundedMicros, takenBackMicros, disputes, problem } =
      after;
    return {
      ...{ state, paymentIntent, creditedMicros, refundedMicros, takenBackMicros, disputes, problem },
      disputed: isDisputed(after),
      dueAtMs: nextLookMs(after, nowMs),
      bookings: bookings.map((booking) => ({ id: newId('ltx', nowMs, context.random), ...booking })),
    };
  };
}

export function checkoutOf(row: CheckoutRow): Checkout {
  return {
    id: row.id,
    accountId: row.account_id,
    currency: row.currency,
    state: row.state,
    livemode: row.livemode,
    sessionId: row.session_id,
    paymentIntent: row.payment_intent,
    creditedMicros: row.credited_micros,
    refundedMicros: row.refunded_micros,
    takenBackMicros: row.taken_back_micros,
    disputes: Disputes.parse(row.disputes),
    problem: row.problem,
    createdAtMs: row.created_at,
  };
}

async function ask(context: Context, request: StripeRequest): Promise<SessionAnswer> {
  const answer = await context.outbound.request({
    ...request,
    trust: 'configured',
    limits: LIMITS,
    redirects: 0,
  });
  if (answer.kind === 'answered') return readSessionAnswer(answer.status, answer.body);
  return { kind: 'unclear', reason: `${answer.reason}: ${answer.detail}` };
}

function refused(refusal: Refusal): { kind: 'refused'; refusal: Refusal } {
  return { kind: 'refused', refusal };
}
