/**
 * The error catalogue: every code the API can answer with, its HTTP status, what it means and what to do.
 * One shape on the wire: `{ "error": { code, message, field?, allowed?, fix, retryable, request_id } }`.
 */
import { z } from 'zod';

type ErrorEntry = { status: number; title: string; fix: string; retryable: boolean };

export const errorCatalogue = {
  // Input: nothing was created, held or charged.
  invalid_json: entry(400, 'The body is not valid JSON.', 'Send UTF-8 JSON.'),
  invalid_input: entry(422, 'A field has a value that is not allowed.', 'Correct the named field.'),
  unknown_field: entry(
    422,
    'The request has a field that this operation does not know.',
    'Remove or rename it.',
  ),
  unknown_model: entry(422, 'There is no such model.', 'Pick one from GET /v1/models.'),
  unsupported_combination: entry(
    422,
    'These options cannot be combined for this model.',
    'See the named rule.',
  ),
  no_route: entry(422, 'No configured path can do this order.', 'Change the order, or add or resume a path.'),
  no_price: entry(422, 'No path has a price for this order.', 'Add a price entry for the path.'),
  price_above_max: entry(422, 'The quote is above max_price.', 'Raise max_price or make the order smaller.'),
  deadline_impossible: entry(
    422,
    'The task cannot be done by the time asked for.',
    'Move start_by or finish_by.',
  ),
  input_unreachable: entry(
    422,
    'An input address was refused.',
    'Use a public https address, or upload the file.',
  ),
  unsupported_media_type: entry(
    415,
    'The content type is not accepted here.',
    'Send one of the allowed types.',
  ),
  payload_too_large: entry(413, 'The body is too large.', 'Stay under the stated limit.'),
  // Identity.
  missing_key: entry(401, 'The request carries no API key.', 'Send Authorization: Bearer <key>.'),
  invalid_key: entry(401, 'The API key is unknown, revoked or expired.', 'Check the key, or make a new one.'),
  session_expired: entry(401, 'The session is unknown, expired or ended.', 'Sign in again.'),
  csrf_refused: entry(
    403,
    'A request by cookie must come from our own pages.',
    'Send the csrf_token of the session in x-sluice-csrf, from the same origin; or use an API key.',
  ),
  forbidden: entry(403, 'The key lacks the scope for this operation.', 'Use a key with the named scope.'),
  account_suspended: entry(403, 'The account is suspended.', 'Ask the operator.'),
  not_found: entry(404, 'There is no such object.', 'Check the id.'),
  method_not_allowed: entry(405, 'The method is not allowed here.', 'See the reference page.'),
  gone: entry(410, 'The object was deleted.', 'It cannot be brought back.'),
  range_not_satisfiable: entry(416, 'The range lies outside the object.', 'Ask for a range inside it.'),
  // Money.
  insufficient_balance: entry(402, 'The available balance does not cover the hold.', 'Top up the account.'),
  key_budget_exhausted: entry(
    402,
    'The budget of this key does not cover the hold.',
    'Raise the budget of the key.',
  ),
  payments_not_configured: entry(
    409,
    'This installation takes no payments by card.',
    'Pay the operator another way; operators set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.',
  ),
  amount_out_of_bounds: entry(
    422,
    'The amount is outside the bounds of one top-up by card.',
    'Choose an amount within the bounds; GET /v1/checkout-terms tells them.',
  ),
  payment_refused: entry(
    502,
    'The payment service refused to open a checkout; nothing was charged.',
    'An operator looks at the log and at the Stripe key.',
  ),
  // Conflicts.
  idempotency_mismatch: entry(422, 'This Idempotency-Key was used with another body.', 'Use a new key.'),
  idempotency_in_progress: entry(
    409,
    'The first request with this key is still running.',
    'Retry shortly.',
    true,
  ),
  cancel_too_late: entry(409, 'The task can no longer be cancelled.', 'Wait for its end.'),
  conflict: entry(409, 'The object is not in a state that allows this.', 'Read it again, then decide.'),
  // Load and outages: nothing was created.
  rate_limited: entry(429, 'Too many requests.', 'Wait for Retry-After seconds.', true),
  queue_full: entry(429, 'The account has too many waiting tasks.', 'Wait for some of them to end.', true),
  overloaded: entry(503, 'The gateway sheds load.', 'Wait for Retry-After seconds.', true),
  unavailable: entry(503, 'The database cannot be reached.', 'Wait for Retry-After seconds.', true),
  storage_full: entry(503, 'There is no room to store results.', 'Free or add storage.', true),
  quarantined: entry(
    503,
    'This is a restored copy that an operator has not confirmed.',
    'POST /v1/system/confirm.',
  ),
  internal: entry(
    500,
    'Something went wrong on our side.',
    'Retry; quote the request id if it persists.',
    true,
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

function entry(status: number, title: string, fix: string, retryable = false): ErrorEntry {
  return { status, title, fix, retryable };
}

/**
 * Why a task ended without a clip. Never an HTTP status: the task was accepted and this is its result.
 * `billed` says whether the customer pays (never, for now: nothing was delivered).
 */
export const taskErrorCatalogue = {
  moderated: 'The upstream refused or withheld the clip by its content policy.',
  input_rejected: 'The upstream refused the order or one of its inputs.',
  render_failed: 'The upstream could not render the clip.',
  result_unavailable: 'The clip was rendered but could not be fetched before its link died.',
  result_mismatch: 'What the upstream delivered is not the clip that was ordered.',
  start_by_missed: 'The task had not started by start_by.',
  finish_by_missed: 'The task had not finished by finish_by.',
  deadline_exceeded: 'The task reached its hard deadline.',
  outcome_unknown: 'It could not be found out whether the upstream accepted the task.',
  path_unavailable: 'No path could take the task any more.',
  canceled: 'The task was cancelled.',
} as const;

export type TaskErrorCode = keyof typeof taskErrorCatalogue;

export const taskErrorCodes = Object.keys(taskErrorCatalogue) as [TaskErrorCode, ...TaskErrorCode[]];

export const Problem = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe('Stable code from the catalogue.'),
      message: z.string().describe('A sentence for a person.'),
      field: z.string().optional().describe('The field at fault, as a path: `model_params.multi_prompt[0]`.'),
      allowed: z.unknown().optional().describe('What would be allowed there.'),
      fix: z.string().describe('What to do.'),
      retryable: z.boolean().describe('Whether the same request may succeed later.'),
      request_id: z.string(),
      type: z
        .enum(['invalid_request_error', 'server_error'])
        .optional()
        .describe('Whose fault it is, for clients of the unified API.'),
      param: z.string().nullable().optional().describe('The field at fault, for clients of the unified API.'),
    }),
  })
  .meta({ id: 'Problem', description: 'The one error shape.' });

export type Problem = z.infer<typeof Problem>;

/** A refusal as a value: lifecycle functions return it, one place turns it into a response. */
export type Refusal = {
  code: ErrorCode;
  message?: string;
  field?: string;
  allowed?: unknown;
  /** What to do in this case, where that is more exact than the catalogue's sentence. */
  fix?: string;
  retryAfterSeconds?: number;
};
