/** Which deliveries of an endpoint are shown, as it stands in the address. */
import type { Delivery, EventType } from '@sluice/sdk';

export type DeliverySearch = { state?: Delivery['state']; event?: EventType };

export const STATES: Record<Delivery['state'], string> = {
  waiting: 'waiting',
  delivered: 'delivered',
  exhausted: 'given up',
};

export const EVENTS: readonly EventType[] = [
  'task.started',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'alert.raised',
  'alert.cleared',
  'webhook.test',
];

export function readDeliverySearch(raw: Record<string, unknown>): DeliverySearch {
  const state = (Object.keys(STATES) as Delivery['state'][]).find((each) => each === raw.state);
  const event = EVENTS.find((each) => each === raw.event);
  return { ...(state && { state }), ...(event && { event }) };
}
