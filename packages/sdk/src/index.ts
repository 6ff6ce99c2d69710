/** @sluice/sdk: a typed client for a Sluice gateway, for browsers and Node, without dependencies. */
export type { Assets, Download, DownloadOptions } from './assets.ts';
export type { BalanceReader, Ledger, Models, Quotes } from './billing.ts';
export type { CheckoutWaitOptions } from './checkouts.ts';
export type { Clock } from './clock.ts';
export { type Cell, cellOf, mixText } from './comparison-cells.ts';
export { comparisonCsv } from './comparison-csv.ts';
export { comparisonMarkdown, marked } from './comparison-markdown.ts';
export { type Files, sniffContentType, type UploadContent, type UploadOptions } from './files.ts';
export type { FollowOptions } from './follow.ts';
export type { KeysQuery, StatementQuery } from './operator.ts';
export { type ClientErrorCode, isSluiceError, SluiceError, type SluiceErrorCode } from './problem.ts';
export type { SessionClient } from './session.ts';
export { createSluice, type Sluice, type SluiceOptions } from './sluice.ts';
export type { Events, Tasks } from './tasks.ts';
export type { CallOptions, FetchLike } from './transport.ts';
export type * from './types.ts';
export {
  type VerifiedWebhook,
  type VerifyWebhookInput,
  verifyWebhook,
  type WebhookFault,
  WebhookVerificationError,
} from './verify-webhook.ts';
export { hasEnded, type WaitOptions } from './wait.ts';
export type { DeliveriesQuery, PageQuery, Webhooks } from './webhooks.ts';
