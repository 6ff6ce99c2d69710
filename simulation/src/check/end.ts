/** When faults have stopped: everything ends (I15), every purchase is on the books (I16), no secret leaked (I13). */
import { isTerminal, occupyingStates } from '@sluice/server/decide/task.ts';
import type { Database } from '@sluice/server/store/database.ts';
import { z } from 'zod';
import { demand } from '../violation.ts';
import { vendorKeys, webhookSecret } from '../world/upstream.ts';
import type { World } from '../world/world.ts';
import type { Book } from './money.ts';

const PATIENCE_MS = 60_000;
/** One unit of the vendor in micro-dollars, by the price sheet of the world's paths. */
const UNIT_MICROS = 140_000;
const THOUSANDTHS = 1_000;

/** What still has to end; empty: nothing. */
export function leftOver(world: World): string {
  const { tasks, attempts, deliveries } = world.observer.model;
  const occupying: readonly string[] = occupyingStates;
  const wishes = world.climate.intents - world.clients.intents.filter((intent) => intent.over).length;
  const left = [
    wishes > 0 ? `${wishes} wishes` : '',
    ...[...tasks.values()]
      .filter((task) => !isTerminal(task.state))
      .map((task) => `task ${task.id} ${task.state}`),
    ...[...attempts.values()]
      .filter((attempt) => occupying.includes(attempt.state))
      .map((attempt) => `attempt ${attempt.id} ${attempt.state}`),
    ...[...deliveries.values()]
      .filter((delivery) => delivery.state === 'waiting')
      .map((delivery) => `delivery ${delivery.id}`),
  ];
  return left.filter((thing) => thing !== '').join(', ');
}

/** With faults stopped, a task ends by its deadline and a minute. */
export function checkDeadlines(world: World, healedAtMs: number): void {
  const nowMs = world.clock.now();
  for (const task of world.observer.model.tasks.values()) {
    if (isTerminal(task.state)) continue;
    const dueMs = Math.max(task.deadline_at, healedAtMs) + PATIENCE_MS;
    demand(
      nowMs <= dueMs,
      'I15',
      () => `task ${task.id} is ${task.state} ${nowMs - task.deadline_at} ms after its deadline`,
    );
  }
}

export function checkCosts(world: World, book: Book): void {
  for (const accept of world.upstream.kling.accepts) {
    const task = world.upstream.kling.state.tasks.get(accept.id);
    const attempt = world.observer.model.attempts.get(accept.externalId ?? '');
    if (task === undefined || attempt === undefined || world.late.has(attempt.id)) continue;
    if (world.upstream.forgotten.has(task.id)) continue;
    const contradicted = task.faults.some((fault) => fault.do === 'flap' && fault.words.includes('failed'));
    if (contradicted) continue;
    const followed = attempt.upstream_id === accept.id;
    demand(
      followed,
      'I16',
      () => `upstream task ${accept.id} of attempt ${attempt.id} is followed by nobody`,
    );
    const booked = costOf(book, attempt.id);
    const charged = (Number(task.charged) * UNIT_MICROS) / THOUSANDTHS;
    demand(
      booked === charged,
      'I16',
      () => `attempt ${attempt.id}: the vendor took ${charged}, the book says ${booked}`,
    );
  }
}

function costOf(book: Book, attemptId: string): number {
  const row = book.costs.get(attemptId);
  return Math.max(0, ...(row?.micros ?? []));
}

const Leaks = z.array(z.object({ place: z.string() }));
const searchForSecrets = {
  name: 'simulation.search_for_secrets',
  text: `SELECT place FROM (
      SELECT 'attempt ' || id AS place,
             history::text || coalesce(reason, '') || coalesce(handle::text, '') AS said
      FROM attempts
      UNION ALL SELECT 'task ' || id, coalesce(error_message, '') FROM tasks
      UNION ALL SELECT 'event ' || id, data::text FROM events
      UNION ALL SELECT 'delivery ' || id, attempts::text FROM deliveries
      UNION ALL SELECT 'asset ' || id, coalesce(last_error, '') FROM assets
      UNION ALL SELECT 'callback ' || id, body FROM callbacks
      UNION ALL SELECT 'path ' || name, credential_sealed || coalesce(health_detail, '') FROM paths) places
    WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS s (secret) WHERE position(s.secret IN said) > 0)`,
};

export async function checkSecrets(world: World, db: Database): Promise<void> {
  const secrets = [webhookSecret, ...vendorKeys.flatMap(({ credential }) => Object.values(credential))];
  const leaks = Leaks.parse((await db.query(searchForSecrets, [secrets])).rows);
  demand(
    leaks.length === 0,
    'I13',
    () => `a credential stands in ${leaks.map(({ place }) => place).join(', ')}`,
  );
  const line = world.logged.find((message) => secrets.some((secret) => message.includes(secret)));
  demand(line === undefined, 'I13', () => 'a credential stands in a log line');
}
