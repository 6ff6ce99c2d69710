/** Standard Webhooks signatures (spec 1.0.0): HMAC-SHA256 over `id.timestamp.body`, one per secret. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export function signatureHeader(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string,
): string {
  return secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`).join(' ');
}

function sign(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}
