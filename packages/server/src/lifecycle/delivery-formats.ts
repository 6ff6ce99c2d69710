/**
 * In whose words an event is told. Our own are here; those of foreign protocols are handed in by whoever speaks them,
 * under the name that the delivery carries.
 */
import type { DeliveryRow } from '../store/notify.ts';
import { CHAT_FORMAT, chatBody } from './chat-room.ts';
import type { Context } from './context.ts';

export const NATIVE_FORMAT = 'sluice';

export type WrittenDelivery = {
  body: string;
  /**
   * `standard`: Standard Webhooks, by the receiver's secret. `published_key`: ED25519, by the keys that we publish.
   * `address`: whoever knows the address may write there.
   */
  signing: 'standard' | 'published_key' | 'address';
};

/** Written at each try, so that links in it are good when it arrives. */
export type DeliveryWriter = (context: Context, delivery: DeliveryRow) => Promise<WrittenDelivery>;
export type DeliveryWriters = ReadonlyMap<string, DeliveryWriter>;

/** Null: a format that this process does not know. */
export async function writeDelivery(
  context: Context,
  delivery: DeliveryRow,
): Promise<WrittenDelivery | null> {
  if (delivery.format === NATIVE_FORMAT) return { body: nativeBody(delivery), signing: 'standard' };
  if (delivery.format === CHAT_FORMAT)
    return { body: chatBody(delivery, consoleOf(context)), signing: 'address' };
  return (await context.deliveryWriters?.get(delivery.format)?.(context, delivery)) ?? null;
}

function consoleOf({ settings }: Context): string | null {
  return settings.publicUrl === null ? null : `${settings.publicUrl.replace(/\/+$/, '')}/console/`;
}

export function nativeBody(delivery: DeliveryRow): string {
  return JSON.stringify({
    id: delivery.event_id,
    object: 'event',
    type: delivery.event_type,
    created_at: new Date(delivery.event_at).toISOString(),
    data: delivery.event_data,
  });
}
