/** The record of what people did by hand. Shown on timelines, so nothing secret goes in. */
import { newId } from '../../effects/random/id.ts';
import type { Context } from '../context.ts';

export async function record(
  context: Context,
  keyId: string,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
): Promise<void> {
  const nowMs = context.clock.now();
  const id = newId('act', nowMs, context.random);
  await context.store.operator.recordAction({ id, keyId, action, subject, detail }, nowMs);
}
