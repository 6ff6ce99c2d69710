/** Secrets that we make for customers, and the contexts under which they are sealed. */
import type { Random } from '../../effects/random/random.ts';

const WEBHOOK_SECRET_BYTES = 32;

/** As Standard Webhooks writes them. */
export function newWebhookSecret(random: Random): string {
  return `whsec_${Buffer.from(random.bytes(WEBHOOK_SECRET_BYTES)).toString('base64')}`;
}

/** `ownerId`: the endpoint, or the account for one-off callback addresses. */
export function webhookSecretContext(ownerId: string): string {
  return `webhook:${ownerId}`;
}
