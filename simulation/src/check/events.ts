/** I11: every end writes one event in its own transaction, and everybody who asked is told it, signed, under one id. */
import { isTerminal } from '@sluice/server/decide/task.ts';
import { demand } from '../violation.ts';
import type { Change } from '../world/model.ts';
import type { EventRow, TaskRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

const END_OF = { succeeded: 'task.completed', failed: 'task.failed', canceled: 'task.cancelled' } as const;

/** What receivers were told, as far as it was checked. */
export type Told = { checked: number; bodyOf: Map<string, string> };

export function nobodyTold(): Told {
  return { checked: 0, bodyOf: new Map() };
}

export function checkEvents(world: World, change: Change): void {
  for (const { before, after } of change.tasks) {
    if (isTerminal(after.state) && (before === null || !isTerminal(before.state)))
      checkEnd(world, change, after);
  }
  for (const event of change.events) checkEvent(world, event);
  for (const { before, after } of change.deliveries) {
    if (before?.state !== 'delivered' && after.state === 'delivered') checkDelivered(world, after);
  }
}

function checkEnd(world: World, change: Change, task: TaskRow): void {
  const events = change.events.filter(({ task_id: id, type }) => id === task.id && isEnd(type));
  demand(events.length === 1, 'I11', () => `the end of task ${task.id} wrote ${events.length} events`);
  const [event] = events;
  if (task.outcome !== null)
    demand(event?.type === END_OF[task.outcome], 'I11', () => `task ${task.id}: ${event?.type}`);
  const deliveries = change.deliveries.filter(({ after }) => after.event_id === event?.id);
  if (task.callback_url !== null) {
    const own = deliveries.filter(
      ({ after }) => after.url === task.callback_url && after.endpoint_id === null,
    );
    demand(
      own.length === 1,
      'I11',
      () => `task ${task.id}: ${own.length} deliveries to its callback address`,
    );
  }
  for (const endpoint of world.observer.model.endpoints.values()) {
    const listens = endpoint.account_id === task.account_id && endpoint.types.includes(event?.type ?? '');
    const mine = deliveries.filter(({ after }) => after.endpoint_id === endpoint.id);
    const wanted = listens && endpoint.status === 'enabled' ? 1 : 0;
    demand(
      mine.length === wanted,
      'I11',
      () => `task ${task.id}: ${mine.length} deliveries to ${endpoint.id}`,
    );
  }
}

function checkEvent(world: World, event: EventRow): void {
  if (event.task_id === null || !isEnd(event.type)) return;
  const task = world.observer.model.tasks.get(event.task_id);
  demand(
    task !== undefined && isTerminal(task.state),
    'I11',
    () => `${event.type} of ${event.task_id} before its end`,
  );
  demand(
    event.version === task.version,
    'I11',
    () => `${event.type} of ${event.task_id} tells version ${event.version}`,
  );
}

function isEnd(type: string): boolean {
  return (
    type !== 'task.created' && type !== 'task.started' && type !== 'task.rendered' && type.startsWith('task.')
  );
}

function checkDelivered(world: World, delivery: { id: string; url: string; event_id: string }): void {
  const heard = world.receivers.receipts.some(
    ({ url, webhookId, status }) =>
      url === delivery.url && webhookId === delivery.event_id && status !== null && status < 300,
  );
  demand(
    heard,
    'I11',
    () => `delivery ${delivery.id} is said to be delivered, but ${delivery.url} heard nothing`,
  );
}

/** After every step: what receivers got is true, signed, and the same at every try. */
export function checkReceipts(world: World, told: Told): void {
  const { receipts } = world.receivers;
  const events = new Map([...world.observer.model.events.values()].map((event) => [event.id, event]));
  for (; told.checked < receipts.length; told.checked += 1) {
    const receipt = receipts[told.checked];
    if (!receipt) continue;
    const event = events.get(receipt.webhookId);
    demand(
      event !== undefined,
      'I11',
      () => `a receiver got webhook id ${receipt.webhookId}, which is no event`,
    );
    demand(receipt.eventId === event.id && receipt.taskId === event.task_id, 'I11', () => {
      return `webhook ${receipt.webhookId} tells of event ${receipt.eventId}, task ${receipt.taskId}`;
    });
    demand(
      receipt.signed,
      'I11',
      () => `webhook ${receipt.webhookId} to ${receipt.url} is not signed with its secret`,
    );
    const before = told.bodyOf.get(receipt.webhookId) ?? receipt.body;
    told.bodyOf.set(receipt.webhookId, before);
    demand(before === receipt.body, 'I11', () => `webhook ${receipt.webhookId} changed between two tries`);
  }
  demand(world.receivers.trespasses() === 0, 'I11', () => 'a redirect of a receiver was followed');
}
