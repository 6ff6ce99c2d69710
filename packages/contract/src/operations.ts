/** Every operation of the native API. HTTP routes, the OpenAPI document and the SDK are built from this table. */
import { z } from 'zod';
import * as accounts from './accounts.ts';
import { activityOperations } from './activity-operations.ts';
import { alertOperations } from './alert-operations.ts';
import { checkoutOperations } from './checkout-operations.ts';
import { EventsQuery } from './events.ts';
import { evidenceOperations } from './evidence-operations.ts';
import { gateOperations } from './gate-operations.ts';
import { keyOperations } from './key-operations.ts';
import { ModelDefinition } from './models.ts';
import { Deleted, INPUT, json, list, type Operation } from './operation.ts';
import { operatorOperations } from './operator-operations.ts';
import { Mode, Resolution } from './order.ts';
import { planOperations } from './plan-operations.ts';
import { sessionOperations } from './session-operations.ts';
import { spendOperations } from './spend-operations.ts';
import * as tasks from './tasks.ts';
import { teamOperations } from './team-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

const ORDER = [
  ...INPUT,
  'unknown_model',
  'unsupported_combination',
  'no_route',
  'no_price',
  'price_above_max',
  'deadline_impossible',
  'input_unreachable',
] as const;
const CREATE = [
  ...ORDER,
  'insufficient_balance',
  'key_budget_exhausted',
  'idempotency_mismatch',
  'idempotency_in_progress',
  'account_suspended',
  'queue_full',
  'overloaded',
  'storage_full',
  'quarantined',
] as const;

export const ModelView = ModelDefinition.extend({
  object: z.literal('model'),
  prices: z.array(
    z.strictObject({
      path: z.string(),
      sheet: z.string(),
      mode: z.string(),
      resolution: z.string(),
      sound: z.string(),
      video_input: z.boolean(),
      per: z.enum(['second', 'task']),
      price: z.string().describe('Customer price in USD.'),
      grade: z.string(),
      source: z.string(),
      date: z.string(),
      stale: z.boolean(),
    }),
  ),
  paths: z.array(z.string()),
  doors: z
    .array(
      z.strictObject({
        door: z.string(),
        name: z.string(),
        mode: Mode.nullable().describe('Null: what is sent along decides.'),
        quality: Resolution.nullable().describe('Null: the name does not say.'),
      }),
    )
    .describe(
      'What clients of foreign protocols call it. OpenAI’s client and the AI Gateway’s take its id as well.',
    ),
}).meta({ id: 'Model' });

const taskOperations = {
  createGeneration: {
    method: 'post',
    path: '/v1/videos/generations',
    tag: 'Tasks',
    summary: 'Order a clip',
    description:
      'Accepts the order durably and answers with a task. The worst-case price is held, and charged or released ' +
      'once. Repeating the call with the same Idempotency-Key within 7 days answers with the same task.',
    access: 'tasks:write',
    body: tasks.CreateGeneration,
    response: json(tasks.Task, 'The task.', 202),
    errors: [...CREATE],
    idempotent: 'tasks',
  },
  createBatch: {
    method: 'post',
    path: '/v1/tasks/batch',
    tag: 'Tasks',
    summary: 'Order many clips, all or nothing',
    access: 'tasks:write',
    body: tasks.CreateBatch,
    response: json(tasks.TaskBatch, 'The tasks.', 202),
    errors: [...CREATE],
    idempotent: 'tasks',
  },
  listTasks: {
    method: 'get',
    path: '/v1/tasks',
    tag: 'Tasks',
    summary: 'List tasks, newest first',
    access: 'tasks:read',
    query: tasks.ListTasksQuery,
    response: json(tasks.TaskList, 'A page of tasks.'),
    errors: ['invalid_input', 'unknown_field'],
  },
  exportTasks: {
    method: 'get',
    path: '/v1/tasks/export',
    tag: 'Tasks',
    summary: 'The tasks of a list as CSV, newest first',
    description: 'As many as there are. The filters are those of the list.',
    access: 'tasks:read',
    query: tasks.ExportTasksQuery,
    response: { status: 200, contentType: 'text/csv', description: 'RFC 4180, UTF-8.' },
    errors: ['invalid_input', 'unknown_field'],
  },
  getTask: {
    method: 'get',
    path: '/v1/tasks/{id}',
    tag: 'Tasks',
    summary: 'Read a task',
    access: 'tasks:read',
    response: json(tasks.Task, 'The task.'),
    errors: ['not_found'],
  },
  cancelTask: {
    method: 'post',
    path: '/v1/tasks/{id}/cancel',
    tag: 'Tasks',
    summary: 'Cancel a task',
    description:
      'Free while it waits. Once an upstream that cannot cancel has accepted it, the answer is cancel_too_late.',
    access: 'tasks:write',
    response: json(tasks.CancelResult, 'What the cancel achieved.'),
    errors: ['not_found', 'cancel_too_late'],
  },
  getTimeline: {
    method: 'get',
    path: '/v1/tasks/{id}/timeline',
    tag: 'Tasks',
    summary: 'Everything that happened to a task, in order',
    access: 'tasks:read',
    response: json(tasks.Timeline, 'The timeline.'),
    errors: ['not_found'],
  },
  listExchanges: {
    method: 'get',
    path: '/v1/tasks/{id}/exchanges',
    tag: 'Tasks',
    summary: 'The raw requests by which a task was submitted, without secrets',
    description:
      'For finding out what a vendor was really told and really said. Bodies are cut; credentials, signatures and ' +
      'the tokens of callbacks are masked before anything is stored.',
    access: 'operator',
    response: json(list(tasks.UpstreamExchange, 'UpstreamExchangeList'), 'In the order of sending.'),
    errors: ['not_found'],
  },
  getTaskOrder: {
    method: 'get',
    path: '/v1/tasks/{id}/order',
    tag: 'Tasks',
    summary: 'The order behind a task, as it can be sent again',
    description:
      'Every choice written out, defaults included. Without what was particular to the first sending: its webhook, ' +
      'deadlines, priority, path and metadata. Uploads among its inputs may be gone by now.',
    access: 'tasks:read',
    response: json(tasks.CreateGeneration, 'The order.'),
    errors: ['not_found'],
  },
  streamTaskEvents: {
    method: 'get',
    path: '/v1/tasks/{id}/events',
    tag: 'Events',
    summary: 'Follow one task (server-sent events)',
    description: 'Resumes after `Last-Event-ID`; ends after the terminal event.',
    access: 'tasks:read',
    query: EventsQuery,
    response: { status: 200, contentType: 'text/event-stream', description: 'A stream of events.' },
    errors: ['not_found'],
  },
  streamEvents: {
    method: 'get',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Follow everything of the account (server-sent events)',
    description: 'Resumes after `Last-Event-ID`. Without it, starts now.',
    access: 'tasks:read',
    query: EventsQuery,
    response: { status: 200, contentType: 'text/event-stream', description: 'A stream of events.' },
    errors: ['invalid_input'],
  },
} satisfies Record<string, Operation>;

const catalogueOperations = {
  listModels: {
    method: 'get',
    path: '/v1/models',
    tag: 'Catalogue',
    summary: 'Models: what they can do and what they cost here',
    access: 'tasks:read',
    response: json(list(ModelView, 'ModelList'), 'All models.'),
    errors: [],
  },
  getModel: {
    method: 'get',
    path: '/v1/models/{id}',
    tag: 'Catalogue',
    summary: 'One model',
    access: 'tasks:read',
    response: json(ModelView, 'The model.'),
    errors: ['not_found'],
  },
  createQuote: {
    method: 'post',
    path: '/v1/quotes',
    tag: 'Catalogue',
    summary: 'What an order would cost, where it would go, when it would end',
    access: 'tasks:read',
    body: tasks.QuoteRequest,
    response: json(tasks.Quote, 'The quote.'),
    errors: [...ORDER],
  },
} satisfies Record<string, Operation>;

const assetOperations = {
  getAsset: {
    method: 'get',
    path: '/v1/assets/{id}',
    tag: 'Assets',
    summary: 'Download a stored clip or poster',
    description: 'With a key, or with the signature of the stable link. Range and ETag are honoured.',
    access: 'public',
    query: z.strictObject({
      expires: z.string().max(20).optional(),
      signature: z.string().max(200).optional(),
      download: z.enum(['0', '1']).optional(),
    }),
    response: { status: 200, contentType: 'video/mp4', description: 'The bytes.' },
    errors: ['not_found', 'gone', 'missing_key', 'range_not_satisfiable'],
  },
  deleteAsset: {
    method: 'delete',
    path: '/v1/assets/{id}',
    tag: 'Assets',
    summary: 'Delete a stored clip or poster now',
    access: 'tasks:write',
    response: json(Deleted, 'The deletion, recorded on the timeline.'),
    errors: ['not_found'],
  },
  uploadFile: {
    method: 'post',
    path: '/v1/files',
    tag: 'Files',
    summary: 'Upload an input picture or video',
    description:
      'Multipart with one `file` part, or the raw bytes with their content type. Equal bytes are stored once, but ' +
      'each upload has an id and a life of its own: deleting one leaves the others.',
    access: 'files:write',
    body: z.string().meta({ format: 'binary' }),
    bodyTypes: ['multipart/form-data', 'image/jpeg', 'image/png', 'video/mp4', 'video/quicktime'],
    response: json(accounts.FileObject, 'The file.', 201),
    errors: ['invalid_input', 'unsupported_media_type', 'payload_too_large', 'storage_full'],
  },
  getFile: {
    method: 'get',
    path: '/v1/files/{id}',
    tag: 'Files',
    summary: 'Read about an upload',
    access: 'tasks:read',
    response: json(accounts.FileObject, 'The file.'),
    errors: ['not_found'],
  },
  deleteFile: {
    method: 'delete',
    path: '/v1/files/{id}',
    tag: 'Files',
    summary: 'Delete an upload',
    access: 'files:write',
    response: json(Deleted, 'Deleted.'),
    errors: ['not_found'],
  },
} satisfies Record<string, Operation>;

const moneyOperations = {
  getBalance: {
    method: 'get',
    path: '/v1/balance',
    tag: 'Money',
    summary: 'Balance of the account',
    access: 'billing:read',
    response: json(accounts.Balance, 'The balance.'),
    errors: [],
  },
  getCredits: {
    method: 'get',
    path: '/v1/credits',
    tag: 'Money',
    summary: 'Balance of the account, in the words of the unified API',
    access: 'billing:read',
    response: json(accounts.Credits, 'The balance.'),
    errors: [],
  },
  listLedger: {
    method: 'get',
    path: '/v1/ledger',
    tag: 'Money',
    summary: 'Ledger transactions, newest first',
    access: 'billing:read',
    query: accounts.ListLedgerQuery,
    response: json(accounts.LedgerList, 'A page of transactions.'),
    errors: ['invalid_input'],
  },
  exportLedger: {
    method: 'get',
    path: '/v1/ledger/export',
    tag: 'Money',
    summary: 'The whole book as a plain-text-accounting journal',
    access: 'operator',
    response: {
      status: 200,
      contentType: 'text/plain',
      description: 'A journal for `ledger` and `hledger`.',
    },
    errors: [],
  },
} satisfies Record<string, Operation>;

export const operations = {
  ...taskOperations,
  ...catalogueOperations,
  ...assetOperations,
  ...keyOperations,
  ...moneyOperations,
  ...checkoutOperations,
  ...webhookOperations,
  ...operatorOperations,
  ...planOperations,
  ...sessionOperations,
  ...gateOperations,
  ...activityOperations,
  ...spendOperations,
  ...teamOperations,
  ...alertOperations,
  ...evidenceOperations,
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
