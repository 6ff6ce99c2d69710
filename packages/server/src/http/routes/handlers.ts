/** Every operation of the contract with its handler; the compiler names the one that is missing. */
import type { Edge, Handlers } from '../operation.ts';
import type { Ordering } from '../ordering.ts';
import type { Streams } from '../stream.ts';
import { accountHandlers } from './accounts/accounts.ts';
import { activityHandlers } from './activity/activity.ts';
import { alertHandlers } from './alerts/alerts.ts';
import { assetHandlers } from './assets/assets.ts';
import { attemptHandlers } from './attempts/attempts.ts';
import { catalogueHandlers } from './catalogue/catalogue.ts';
import { checkoutHandlers } from './checkouts/checkouts.ts';
import { eventHandlers } from './events/events.ts';
import { evidenceHandlers } from './evidence/evidence.ts';
import { verificationHandlers } from './evidence/verifications.ts';
import { fileHandlers } from './files/files.ts';
import { gateHandlers } from './gate/gate.ts';
import { keyHandlers } from './keys/keys.ts';
import { ledgerHandlers } from './ledger/ledger.ts';
import { memberHandlers } from './members/members.ts';
import { pathHandlers } from './paths/paths.ts';
import { planHandlers } from './plans/plans.ts';
import { priceHandlers } from './prices/prices.ts';
import { promptHandlers } from './prompts/prompts.ts';
import { sessionHandlers } from './sessions/sessions.ts';
import { spendHandlers } from './spend/spend.ts';
import { systemHandlers } from './system/system.ts';
import { createHandlers } from './tasks/create.ts';
import { taskHandlers } from './tasks/tasks.ts';
import { webhookHandlers } from './webhooks/webhooks.ts';

export type Parts = Edge & { order: Ordering; streams: Streams };

export function handlersOf(parts: Parts): Handlers {
  const { order, streams } = parts;
  return {
    ...createHandlers(order),
    ...taskHandlers,
    ...activityHandlers,
    ...eventHandlers(streams),
    ...catalogueHandlers,
    ...assetHandlers,
    ...fileHandlers,
    ...ledgerHandlers,
    ...checkoutHandlers,
    ...webhookHandlers,
    ...accountHandlers,
    ...keyHandlers,
    ...pathHandlers,
    ...planHandlers,
    ...evidenceHandlers,
    ...verificationHandlers,
    ...priceHandlers,
    ...attemptHandlers,
    ...systemHandlers,
    ...sessionHandlers(parts),
    ...gateHandlers,
    ...spendHandlers,
    ...memberHandlers,
    ...alertHandlers,
    ...promptHandlers,
  };
}
