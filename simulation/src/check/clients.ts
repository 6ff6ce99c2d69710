/** I6 and I7: what was answered exists, and one wish is one task however often it was sent. */

import { demand } from '../violation.ts';
import type { Intent } from '../world/clients.ts';
import type { TaskRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

export function checkAnswers(world: World): void {
  for (const id of world.clients.acknowledged) {
    demand(
      world.observer.model.tasks.has(id),
      'I6',
      () => `task ${id} was answered with 202 and does not exist`,
    );
  }
}

export function checkWishes(world: World): void {
  const byIntent = new Map<string, TaskRow[]>();
  for (const task of world.observer.model.tasks.values()) {
    byIntent.set(task.intent, [...(byIntent.get(task.intent) ?? []), task]);
  }
  for (const intent of world.clients.intents) checkWish(intent, byIntent.get(intent.name) ?? []);
}

function checkWish(intent: Intent, tasks: readonly TaskRow[]): void {
  const size = intent.orders.length;
  const count = () =>
    `${intent.name} (${intent.requestKey ?? 'no key'}) made ${tasks.length} tasks of ${size}`;
  if (intent.requestKey === null && intent.gaveUp) {
    // A request that its client gave up on may be carried out after the repeat was answered.
    demand(tasks.length % size === 0, 'I7', count);
  } else {
    demand(tasks.length === 0 || tasks.length === size, 'I7', count);
  }
  if (intent.told === null) return;
  const made = new Set(tasks.map(({ id }) => id));
  const known = intent.told.every((id) => made.has(id)) && intent.told.length === size;
  demand(
    known,
    'I6',
    () => `${intent.name} was told of ${intent.told?.join(', ')} and made ${[...made].join(', ')}`,
  );
}
