/** Ends the quarantine of a restored copy: from here on it submits, as if the other one were gone. */
import type { Context } from '../context.ts';
import { record } from './actions.ts';

export async function confirmSystem(context: Context, keyId: string): Promise<void> {
  const quarantined = (await context.store.nodes.readSetting('quarantine')) === true;
  if (!quarantined) return;
  await context.store.nodes.writeSetting('quarantine', false);
  await record(context, keyId, 'system.confirmed', 'system', {});
  context.wake('reconcile');
  context.wake('admit');
  context.wake('notify');
}
