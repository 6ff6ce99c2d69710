/**
 * Stripe's Checkout played from its documents (docs.stripe.com/api/checkout/sessions, /api/idempotent_requests,
 * /api/refunds, /webhooks, read 2026-11): sessions are opened, read and expired, paid on a page, refunded and disputed;
 * each change is an event that is signed and delivered until it is taken.
 */
import {
  type Emulator,
  type EmulatorAnswer,
  type EmulatorReply,
  type EmulatorRequest,
  textAnswer,
} from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { Caller } from '../outward.ts';
import { type Form, readForm, textOf, textsOf } from './form.ts';
import { actOnPage, complete, payPage } from './page.ts';
import { createDeliveries } from './webhooks.ts';
import {
  chargeObject,
  disputeObject,
  newId,
  newWorld,
  type StripeFault,
  type StripeOptions,
  type StripePayment,
  type StripeSession,
  type StripeWebhook,
  seconds,
  sessionObject,
  tell,
  type World,
} from './world.ts';

export type StripeEmulator = Emulator &
  Caller & {
    sessions(): readonly StripeSession[];
    /** The references under which sessions were really opened, one each. */
    opened: readonly string[];
    /** What happens to the next openings. */
    nextOpens: StripeFault[];
    webhook(webhook: StripeWebhook): void;
    /** As if its page had been used. */
    pay(sessionId: string): void;
    payLater(sessionId: string): void;
    /** What takes days has arrived, or has not. */
    arrive(sessionId: string, well: boolean): void;
    expire(sessionId: string): void;
    /** In hundredths. */
    refund(sessionId: string, amount: number): void;
    dispute(sessionId: string): string;
    closeDispute(id: string, status: 'won' | 'lost'): void;
  };

const DAY_MS = 24 * 3_600_000;

export function createStripe(options: StripeOptions): StripeEmulator {
  const world = newWorld(options);
  const deliveries = createDeliveries(world);
  const sessionOf = (id: string): StripeSession => {
    const session = world.sessions.get(id);
    if (session === undefined) throw new Error(`no session ${id}`);
    return session;
  };
  const paymentOf = (id: string): StripePayment => {
    const { payment } = sessionOf(id);
    if (payment === null) throw new Error(`session ${id} was not paid`);
    return payment;
  };
  return {
    ...deliveries,
    sessions: () => [...world.sessions.values()],
    opened: world.opened,
    nextOpens: world.faults,
    pay: (id) => void complete(world, sessionOf(id), 'succeeded'),
    payLater: (id) => void complete(world, sessionOf(id), 'processing'),
    arrive: (id, well) => arrive(world, sessionOf(id), well),
    expire: (id) => expire(world, sessionOf(id)),
    refund: (id, amount) => refund(world, paymentOf(id), amount),
    dispute: (id) => {
      const payment = paymentOf(id);
      const dispute = { id: newId(world, 'dp'), payment, amount: payment.amount, status: 'needs_response' };
      world.disputes.set(dispute.id, dispute);
      tell(world, 'charge.dispute.created', disputeObject(dispute));
      return dispute.id;
    },
    closeDispute: (id, status) => {
      const dispute = world.disputes.get(id);
      if (dispute === undefined) throw new Error(`no dispute ${id}`);
      dispute.status = status;
      tell(world, 'charge.dispute.closed', disputeObject(dispute));
    },
    handle: async (request) => route(world, request),
  };
}

function route(world: World, request: EmulatorRequest): EmulatorReply {
  const { pathname, searchParams } = new URL(request.url, 'http://emulator.invalid');
  const text = new TextDecoder().decode(request.body);
  const page = /^\/c\/pay\/(\w+)$/.exec(pathname)?.[1];
  if (page !== undefined) {
    return request.method === 'POST'
      ? actOnPage(world, page, new URLSearchParams(text).get('act'))
      : payPage(world, page);
  }
  const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined || !world.secretKeys.includes(key)) {
    return problem(401, 'invalid_request_error', 'Invalid API Key provided.');
  }
  const asked = /^\/v1\/checkout\/sessions\/(\w+)(\/expire)?$/.exec(pathname);
  if (pathname === '/v1/checkout/sessions' && request.method === 'POST') return open(world, request, text);
  if (pathname === '/v1/refunds' && request.method === 'POST') return refundByApi(world, readForm(text));
  const session = asked?.[1] === undefined ? undefined : world.sessions.get(asked[1]);
  if (asked !== null && session === undefined) {
    return problem(404, 'invalid_request_error', `No such checkout.session: ${asked[1]}`, 'resource_missing');
  }
  if (session !== undefined && asked?.[2] !== undefined && request.method === 'POST') {
    if (session.status !== 'open') {
      return problem(
        400,
        'invalid_request_error',
        'Only Checkout Sessions with a status in ["open"] can be expired.',
      );
    }
    expire(world, session);
    return answer(200, sessionObject(world, session));
  }
  if (session !== undefined && request.method === 'GET') {
    expireInTime(world, session);
    const expand = [...searchParams].flatMap(([name, value]) =>
      /^expand\[\d*\]$/.test(name) ? [value] : [],
    );
    return answer(200, sessionObject(world, session, expand));
  }
  return problem(404, 'invalid_request_error', `Unrecognized request URL (${request.method}: ${pathname}).`);
}

function open(world: World, request: EmulatorRequest, text: string): EmulatorReply {
  const key = request.headers['idempotency-key'];
  const before = key === undefined ? undefined : world.answers.get(key);
  if (before !== undefined && before.form !== text) {
    const message =
      'Keys for idempotent requests can only be used with the same parameters they were first used with.';
    return problem(400, 'idempotency_error', message);
  }
  const fault = world.faults.shift();
  if (fault === 'drop') return { drop: true };
  if (fault === 'error') return problem(500, 'api_error', 'An unknown error occurred.');
  if (fault === 'busy')
    return problem(409, 'idempotency_error', 'There is another request with this key under way.');
  const made = before ?? openOnce(world, text);
  // As documented, only what began to be executed is kept; what the validation refused is not.
  if (key !== undefined && made.status < 400) world.answers.set(key, { form: text, ...made });
  if (fault === 'take-then-drop') return { drop: true };
  if (fault === 'take-then-error') return problem(500, 'api_error', 'An unknown error occurred.');
  const reply = answer(made.status, made.body);
  return before === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'idempotent-replayed': 'true' } };
}

function openOnce(world: World, text: string): { status: number; body: JsonObject } {
  const form = readForm(text);
  const read = readSession(world, form);
  if (typeof read === 'string') return { status: 400, body: problemBody('invalid_request_error', read) };
  world.sessions.set(read.id, read);
  world.opened.push(read.clientReferenceId ?? read.id);
  return { status: 200, body: sessionObject(world, read) };
}

function readSession(world: World, form: Form): StripeSession | string {
  const successUrl = textOf(form, 'success_url');
  const currency = textOf(form, 'line_items', '0', 'price_data', 'currency');
  const amount = Number(textOf(form, 'line_items', '0', 'price_data', 'unit_amount'));
  const quantity = Number(textOf(form, 'line_items', '0', 'quantity'));
  if (textOf(form, 'mode') !== 'payment') return 'Missing required param: mode.';
  if (successUrl === null || !URL.canParse(successUrl)) return 'Not a valid URL: success_url.';
  if (currency === null || !/^[a-z]{3}$/.test(currency)) return `Invalid currency: ${currency}.`;
  if (!Number.isInteger(amount) || amount < 50)
    return 'The total amount due must add up to at least $0.50 usd.';
  if (!Number.isInteger(quantity) || quantity < 1) return 'Missing required param: line_items[0][quantity].';
  const now = world.clock.now();
  const payment = form.payment_intent_data;
  return {
    id: newId(world, 'cs_test'),
    createdAt: now,
    expiresAt: now + DAY_MS,
    status: 'open',
    paymentStatus: 'unpaid',
    amount: amount * quantity,
    currency,
    name: textOf(form, 'line_items', '0', 'price_data', 'product_data', 'name') ?? '',
    successUrl,
    cancelUrl: textOf(form, 'cancel_url'),
    clientReferenceId: textOf(form, 'client_reference_id'),
    metadata: textsOf(form, 'metadata'),
    paymentMetadata: typeof payment === 'object' ? textsOf(payment, 'metadata') : {},
    payment: null,
  };
}

function arrive(world: World, session: StripeSession, well: boolean): void {
  const { payment } = session;
  if (payment?.status !== 'processing') throw new Error(`session ${session.id} waits for nothing`);
  payment.status = well ? 'succeeded' : 'requires_payment_method';
  session.paymentStatus = well ? 'paid' : 'unpaid';
  const type = `checkout.session.async_payment_${well ? 'succeeded' : 'failed'}`;
  tell(world, type, sessionObject(world, session));
}

function expire(world: World, session: StripeSession): void {
  session.status = 'expired';
  tell(world, 'checkout.session.expired', sessionObject(world, session));
}

function expireInTime(world: World, session: StripeSession): void {
  if (session.status === 'open' && world.clock.now() >= session.expiresAt) expire(world, session);
}

function refund(world: World, payment: StripePayment, amount: number): void {
  payment.refunded = Math.min(payment.amount, payment.refunded + amount);
  tell(world, 'charge.refunded', chargeObject(payment));
}

function refundByApi(world: World, form: Form): EmulatorAnswer {
  const payment = world.payments.get(textOf(form, 'payment_intent') ?? '');
  if (payment === undefined)
    return problem(404, 'invalid_request_error', 'No such payment_intent.', 'resource_missing');
  const left = payment.amount - payment.refunded;
  const amount = Number(textOf(form, 'amount') ?? left);
  if (!Number.isInteger(amount) || amount < 1 || amount > left) {
    return problem(
      400,
      'invalid_request_error',
      `Refund amount is greater than unrefunded amount on charge (${left}).`,
    );
  }
  refund(world, payment, amount);
  return answer(200, {
    id: newId(world, 're'),
    object: 'refund',
    amount,
    charge: payment.chargeId,
    created: seconds(world.clock.now()),
    currency: payment.currency,
    payment_intent: payment.id,
    status: 'succeeded',
  });
}

function answer(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}

function problem(status: number, type: string, message: string, code?: string): EmulatorAnswer {
  return answer(status, problemBody(type, message, code));
}

function problemBody(type: string, message: string, code?: string): JsonObject {
  return { error: { type, message, ...(code === undefined ? {} : { code }) } };
}
