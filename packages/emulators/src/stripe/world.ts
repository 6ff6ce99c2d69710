/** What the emulated Stripe remembers: sessions, payments, disputes, idempotency keys, and events to be delivered. */
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import type { Json, JsonObject } from '../json.ts';

export type StripeSession = {
  id: string;
  createdAt: number;
  expiresAt: number;
  status: 'open' | 'complete' | 'expired';
  paymentStatus: 'paid' | 'unpaid';
  /** In hundredths. */
  amount: number;
  currency: string;
  name: string;
  successUrl: string;
  cancelUrl: string | null;
  clientReferenceId: string | null;
  metadata: JsonObject;
  paymentMetadata: JsonObject;
  payment: StripePayment | null;
};

export type StripePayment = {
  id: string;
  chargeId: string;
  status: 'succeeded' | 'processing' | 'requires_payment_method';
  amount: number;
  refunded: number;
  currency: string;
  metadata: JsonObject;
};

export type StripeDispute = { id: string; payment: StripePayment; amount: number; status: string };

export type StripeEvent = { id: string; type: string; createdAt: number; object: Json };

/** What happens to the next opening of a session. */
export type StripeFault = 'drop' | 'take-then-drop' | 'error' | 'take-then-error' | 'busy';

export type StripeOptions = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  /** Where it stands, without a slash at the end. */
  publicUrl: string;
  secretKeys: string[];
};

export type StripeWebhook = {
  url: string;
  secrets: string[];
  /** Each event so many times; default 1. */
  copies?: number;
  /** Nothing is delivered while this holds; what happened meanwhile comes afterwards, the newest first. */
  held?: boolean;
};

export type World = StripeOptions & {
  sessions: Map<string, StripeSession>;
  payments: Map<string, StripePayment>;
  disputes: Map<string, StripeDispute>;
  answers: Map<string, { form: string; status: number; body: JsonObject }>;
  events: StripeEvent[];
  faults: StripeFault[];
  /** How often each session was really opened, by the reference of the client. */
  opened: string[];
};

export function newWorld(options: StripeOptions): World {
  return {
    ...options,
    sessions: new Map(),
    payments: new Map(),
    disputes: new Map(),
    answers: new Map(),
    events: [],
    faults: [],
    opened: [],
  };
}

export function newId({ random }: World, prefix: string): string {
  return `${prefix}_${Buffer.from(random.bytes(16)).toString('hex')}`;
}

export function sessionObject(
  world: World,
  session: StripeSession,
  expand: readonly string[] = [],
): JsonObject {
  const { payment } = session;
  const open = session.status === 'open';
  return {
    id: session.id,
    object: 'checkout.session',
    amount_subtotal: session.amount,
    amount_total: session.amount,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    created: seconds(session.createdAt),
    currency: session.currency,
    expires_at: seconds(session.expiresAt),
    livemode: false,
    metadata: session.metadata,
    mode: 'payment',
    payment_intent:
      payment === null ? null : expand.includes('payment_intent') ? paymentObject(payment) : payment.id,
    payment_method_types: ['card'],
    payment_status: session.paymentStatus,
    status: session.status,
    success_url: session.successUrl,
    ui_mode: 'hosted',
    url: open ? `${world.publicUrl}/c/pay/${session.id}` : null,
  };
}

function paymentObject(payment: StripePayment): JsonObject {
  return {
    id: payment.id,
    object: 'payment_intent',
    amount: payment.amount,
    currency: payment.currency,
    latest_charge: payment.status === 'succeeded' ? payment.chargeId : null,
    livemode: false,
    metadata: payment.metadata,
    status: payment.status,
  };
}

export function chargeObject(payment: StripePayment): JsonObject {
  return {
    id: payment.chargeId,
    object: 'charge',
    amount: payment.amount,
    amount_captured: payment.amount,
    amount_refunded: payment.refunded,
    currency: payment.currency,
    livemode: false,
    metadata: payment.metadata,
    paid: true,
    payment_intent: payment.id,
    refunded: payment.refunded >= payment.amount,
    status: 'succeeded',
  };
}

export function disputeObject({ id, payment, amount, status }: StripeDispute): JsonObject {
  return {
    id,
    object: 'dispute',
    amount,
    charge: payment.chargeId,
    currency: payment.currency,
    livemode: false,
    metadata: {},
    payment_intent: payment.id,
    reason: 'fraudulent',
    status,
  };
}

export function tell(world: World, type: string, object: Json): void {
  world.events.push({ id: newId(world, 'evt'), type, createdAt: world.clock.now(), object });
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
