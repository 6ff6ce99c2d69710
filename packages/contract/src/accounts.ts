/** Who pays: accounts, their keys, their money, their webhooks. */
import { z } from 'zod';
import { AlertSeverity } from './alerts.ts';
import { EndpointEventType, EventType, terminalEventTypes } from './events.ts';
import { Currency, Decimal, Money } from './money.ts';
import { Routing } from './routing.ts';

const Instant = z.iso.datetime();
const Name = z.string().min(1).max(200);

/** Without defaults: a change leaves alone what it does not name. */
const accountFields = z.strictObject({
  name: Name,
  weight: z.int().min(1).max(1000).describe('Share of slots against other accounts.'),
  credit_limit: Decimal.describe('How far the balance may go below zero.'),
  max_in_flight: z.int().min(1).max(1_000_000).nullable(),
  max_queued: z.int().min(1).max(1_000_000_000).nullable(),
  retention_days: z.int().min(1).max(3650).nullable().describe('Null keeps assets.'),
  markup_percent: z.number().min(-100).max(10_000).describe('Customer price over list price.'),
  routing: Routing.describe('How paths are chosen where an order does not say; unset: the cheapest.'),
});
export const CreateAccount = accountFields
  .extend({
    currency: Currency.default('USD'),
    weight: accountFields.shape.weight.default(1),
    credit_limit: accountFields.shape.credit_limit.default('0'),
    max_in_flight: accountFields.shape.max_in_flight.default(null),
    max_queued: accountFields.shape.max_queued.default(null),
    retention_days: accountFields.shape.retention_days.default(null),
    markup_percent: accountFields.shape.markup_percent.default(0),
    routing: accountFields.shape.routing.default({}),
  })
  .meta({ id: 'CreateAccount' });
export const UpdateAccount = accountFields
  .partial()
  .extend({ status: z.enum(['active', 'suspended']).optional() })
  .meta({ id: 'UpdateAccount' });

export const Account = z
  .strictObject({
    id: z.string(),
    object: z.literal('account'),
    name: z.string(),
    status: z.enum(['active', 'suspended']),
    currency: Currency,
    weight: z.int(),
    credit_limit: Decimal,
    max_in_flight: z.int().nullable(),
    max_queued: z.int().nullable(),
    retention_days: z.int().nullable(),
    markup_percent: z.number(),
    routing: Routing,
    created_at: Instant,
    balance: z.lazy(() => Balance),
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;

export const Balance = z
  .strictObject({
    object: z.literal('balance'),
    currency: Currency,
    posted: Decimal.describe('Top-ups and adjustments less charges.'),
    held: Decimal.describe('Reserved for tasks under way.'),
    available: Decimal.describe('posted − held; may reach −credit_limit.'),
    credit_limit: Decimal,
  })
  .meta({ id: 'Balance' });

export const Credits = z
  .strictObject({
    success: z.literal(true),
    message: z.literal(''),
    data: z.strictObject({
      user: z.strictObject({ remaining_credits: z.number(), used_credits: z.number() }),
      token: z.strictObject({
        remaining_credits: z.number(),
        used_credits: z.number(),
        unlimited_credits: z.boolean().describe('Whether the key has no budget of its own.'),
      }),
    }),
    balance: Decimal.describe('What is available, for clients of the AI Gateway.'),
    total_used: Decimal,
  })
  .meta({
    id: 'Credits',
    description:
      'The balance in the words of the unified API and of the AI Gateway; a credit is one unit of money.',
  });

export const Scope = z
  .enum([
    'tasks:read',
    'tasks:write',
    'files:write',
    'billing:read',
    'billing:write',
    'webhooks:write',
    'keys:write',
    'members:write',
    'operator',
  ])
  .meta({ id: 'Scope' });
export type Scope = z.infer<typeof Scope>;

export const CreateKey = z
  .strictObject({
    name: Name,
    account: z.string().nullable().default(null).describe('Null for an operator key.'),
    scopes: z
      .array(Scope)
      .min(1)
      .default(['tasks:read', 'tasks:write', 'files:write', 'billing:read', 'webhooks:write']),
    budget: Decimal.nullable().default(null).describe('What this key may spend in a period.'),
    budget_period: z.enum(['total', 'day', 'month']).default('total'),
    max_in_flight: z.int().min(1).max(1_000_000).nullable().default(null),
    expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .meta({ id: 'CreateKey' });
export const UpdateKey = z
  .strictObject({
    name: Name,
    budget: Decimal.nullable().describe('What this key may spend in a period; null: no budget.'),
    budget_period: z.enum(['total', 'day', 'month']),
    max_in_flight: z.int().min(1).max(1_000_000).nullable(),
  })
  .partial()
  .meta({ id: 'UpdateKey', description: 'What is left out stays as it is. What was spent stays counted.' });

export const Key = z
  .strictObject({
    id: z.string(),
    object: z.literal('key'),
    name: z.string(),
    account: z.string().nullable(),
    prefix: z.string().describe('First characters, to recognise it by.'),
    scopes: z.array(Scope),
    budget: Decimal.nullable(),
    budget_period: z.enum(['total', 'day', 'month']),
    budget_used: Decimal.describe('In the running period, holds included; counted while there is a budget.'),
    budget_renews_at: Instant.nullable().describe('When the next period begins; null: never.'),
    max_in_flight: z.int().nullable(),
    created_at: Instant,
    created_by: z.string().nullable().describe('The key or member that made it, by name; null: not noted.'),
    expires_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
    last_used_at: Instant.nullable(),
  })
  .meta({ id: 'Key' });
export const KeyWithSecret = Key.extend({ key: z.string().describe('Shown once.') }).meta({
  id: 'KeyWithSecret',
});

export const TopUp = z
  .strictObject({
    amount: Decimal,
    reference: z.string().min(1).max(200).describe('Unique; repeating it changes nothing.'),
    note: z.string().max(500).optional(),
  })
  .meta({ id: 'TopUp', description: 'Money received (positive).' });
export const Adjustment = TopUp.extend({ note: z.string().min(1).max(500) }).meta({
  id: 'Adjustment',
  description: 'A correction, positive or negative, with its reason.',
});

export const SigningSecret = z
  .strictObject({
    object: z.literal('signing_secret'),
    access_key: z.string().describe('The id of the key that asks: the issuer of its tokens.'),
    secret_key: z.string().describe('Signs them by HMAC-SHA256; ends with the key.'),
  })
  .meta({
    id: 'SigningSecret',
    description: 'For protocols whose clients sign tokens instead of sending a key.',
  });
export type SigningSecret = z.infer<typeof SigningSecret>;

export const LedgerKind = z
  .enum(['top_up', 'adjustment', 'hold', 'settle', 'release', 'cost', 'refund'])
  .meta({ id: 'LedgerKind' });

export const LedgerEntry = z
  .strictObject({
    id: z.string(),
    object: z.literal('ledger_transaction'),
    kind: LedgerKind,
    at: Instant,
    task_id: z.string().nullable(),
    reference: z.string(),
    note: z.string().nullable(),
    postings: z.array(z.strictObject({ account: z.string(), amount: Decimal, currency: z.string() })),
  })
  .meta({ id: 'LedgerEntry', description: 'One transaction of the ledger; its postings sum to zero.' });
export const LedgerList = z
  .strictObject({ object: z.literal('list'), data: z.array(LedgerEntry), next_cursor: z.string().nullable() })
  .meta({ id: 'LedgerList' });
export const ListLedgerQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
  task: z.string().max(100).optional(),
  kind: LedgerKind.optional(),
  booked_after: z.iso.datetime({ offset: true }).optional(),
  booked_before: z.iso.datetime({ offset: true }).optional(),
  account: z.string().max(100).optional().describe('Operators only.'),
});

/** Without defaults: a change leaves alone what it does not name. */
const endpointFields = z.strictObject({
  url: z.url().max(2048),
  types: z.array(EndpointEventType).min(1),
  description: z.string().max(200),
  least_severity: AlertSeverity.describe('Alerts that are less severe are not told there.'),
});
/** Ours, a chat room's, and those of the doors whose protocols tell the end of a task in words of their own. */
export const DeliveryFormat = z.enum(['sluice', 'slack', 'openai', 'replicate', 'kling', 'fal']).meta({
  id: 'DeliveryFormat',
  description:
    'In whose words events are told: `sluice`, or those of a foreign protocol, so that its clients read them. `fal` ' +
    'signs with a key out of `/fal/.well-known/jwks.json`, the others with the secret of the endpoint. `slack` is a ' +
    'line of text for the incoming webhook of a chat room (Slack, Mattermost, Discord with `/slack` behind its ' +
    'address), which is not signed: the address is the secret, and is never shown again.',
});

export const CreateEndpoint = endpointFields
  .extend({
    types: endpointFields.shape.types.default([...terminalEventTypes]),
    description: endpointFields.shape.description.default(''),
    format: DeliveryFormat.default('sluice'),
    least_severity: endpointFields.shape.least_severity.default('warning'),
  })
  .meta({ id: 'CreateEndpoint' });
export const UpdateEndpoint = endpointFields
  .partial()
  .extend({ status: z.enum(['enabled', 'disabled']).optional(), format: DeliveryFormat.optional() })
  .meta({ id: 'UpdateEndpoint' });
export const Endpoint = z
  .strictObject({
    id: z.string(),
    object: z.literal('webhook_endpoint'),
    account: z
      .string()
      .nullable()
      .describe('Null: the installation itself, whose operators are told alerts there.'),
    url: z.string().describe('Of a chat room: only so much that it can be told from others.'),
    types: z.array(EventType),
    description: z.string(),
    format: DeliveryFormat,
    least_severity: AlertSeverity,
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.string().nullable(),
    created_at: Instant,
  })
  .meta({ id: 'Endpoint' });
export const EndpointWithSecret = Endpoint.extend({
  secret: z.string().describe('Standard Webhooks secret `whsec_…`, shown once.'),
}).meta({ id: 'EndpointWithSecret' });

export const SigningKeyList = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(
      z.strictObject({
        id: z.string(),
        object: z.literal('signing_key'),
        algorithm: z.literal('ed25519'),
        public_key: z.string().describe('Base64url, as in the published list.'),
        signs_from: Instant,
      }),
    ),
  })
  .meta({ id: 'SigningKeyList' });

export const CallbackSecret = z
  .strictObject({
    object: z.literal('callback_secret'),
    secret: z.string().describe('Standard Webhooks secret `whsec_…`.'),
  })
  .meta({ id: 'CallbackSecret' });

export const DeliveryAttempt = z.strictObject({
  at: Instant,
  status: z.int().nullable(),
  outcome: z.string(),
  duration_ms: z.int(),
  response: z.string().nullable().describe('First kilobytes of what the receiver said.'),
});
export const Delivery = z
  .strictObject({
    id: z.string(),
    object: z.literal('delivery'),
    endpoint_id: z.string(),
    event_id: z.string(),
    event_type: EventType,
    task_id: z.string().nullable(),
    state: z.enum(['waiting', 'delivered', 'exhausted']),
    attempts: z.array(DeliveryAttempt),
    next_attempt_at: Instant.nullable(),
    created_at: Instant,
  })
  .meta({ id: 'Delivery' });

export const FileObject = z
  .strictObject({
    id: z.string(),
    object: z.literal('file'),
    reference: z.string().describe('Use this as an input address: `file:<id>`.'),
    bytes: z.int(),
    sha256: z.string(),
    content_type: z.string(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    duration_seconds: z.number().nullable(),
    created_at: Instant,
    expires_at: Instant.nullable(),
  })
  .meta({ id: 'File' });

export const MoneyMovement = z
  .strictObject({ transaction: LedgerEntry, balance: Balance })
  .meta({ id: 'MoneyMovement' });

export { Money };
