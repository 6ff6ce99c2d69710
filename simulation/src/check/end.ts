/** When faults have stopped: everything ends (I15), every purchase is on the books (I16), no secret leaked (I13). */
import { provesAbsence } from '@sluice/server/decide/reconcile.ts';
import { isTerminal, occupyingStates } from '@sluice/server/decide/task.ts';
import type { Database } from '@sluice/server/store/database.ts';
import { z } from 'zod';
import { demand } from '../violation.ts';
import { attemptByMark } from '../world/model.ts';
import type { AttemptRow } from '../world/rows.ts';
import type { Vendor, VendorAccept } from '../world/vendors/vendor.ts';
import type { World } from '../world/world.ts';
import { type Book, incomeOf } from './money.ts';
import { guaranteeName, promiseOf } from './purchases.ts';

const PATIENCE_MS = 60_000;
/** An amount that was converted once may be rounded by so much. */
const ROUNDED_MICROS = 1;

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
    // A callback that comes when all seems over may open a question again.
    ...world.upstream.vendors
      .filter((vendor) => world.climate.paths !== null && vendor.nextChange() !== null)
      .map(({ name }) => `${name} at work`),
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
  for (const vendor of world.upstream.vendors) {
    for (const accept of vendor.accepts()) checkCost(world, book, vendor, accept);
  }
}

function checkCost(world: World, book: Book, vendor: Vendor, accept: VendorAccept): void {
  const job = vendor.job(accept.id);
  const attempt = attemptByMark(world.observer.model, accept.mark);
  if (job === null || job.contradicted || attempt === undefined || world.late.has(attempt.id)) return;
  if (attempt.upstream_id !== accept.id) {
    checkOrphan(world, attempt, accept.id);
    return;
  }
  const booked = costOf(book, attempt.id);
  const { chargedMicros: charged } = job;
  if (charged === null) {
    // It tells no figure, so the sheet's stands for a clip that was rendered, and nothing for one that was not.
    const billed = attempt.state === 'succeeded';
    demand(
      booked > 0 === billed,
      'I16',
      () => `attempt ${attempt.id} ${attempt.state}: the book says ${booked}`,
    );
    return;
  }
  demand(Math.abs(booked - charged) <= ROUNDED_MICROS, 'I16', () => {
    return `attempt ${attempt.id}: the vendor took ${charged}, the book says ${booked}`;
  });
}

/**
 * A purchase that nobody follows: only where the upstream cannot be asked for it, when it was given up in plain sight,
 * and no callback of it was ever taken.
 */
function checkOrphan(world: World, attempt: AttemptRow, upstreamId: string): void {
  const where = `upstream task ${upstreamId} of attempt ${attempt.id} on ${attempt.path_name}`;
  const { abilities } = promiseOf(world, attempt.path_name);
  demand(!provesAbsence(abilities), 'I16', () => `${where} is followed by nobody`);
  demand(
    attempt.state === 'abandoned',
    'I16',
    () => `${where} is followed by nobody, and is ${attempt.state}`,
  );
  demand(
    !world.post.taken.has(attempt.callback_token),
    'I16',
    () => `${where} called back, and nobody follows it`,
  );
  world.coverage.hit(`orphan ${guaranteeName(world, attempt.path_name)}`);
}

function costOf(book: Book, attemptId: string): number {
  const row = book.costs.get(attemptId);
  return Math.max(0, ...(row?.micros ?? []));
}

const Terms = z.array(
  z.object({
    id: z.string(),
    paths: z.array(z.string()),
    pinned: z.string().nullable(),
    max_price: z.string().nullable(),
    reruns: z.number().int(),
    reruns_most: z.number().int(),
    delivered: z.string().nullable(),
    price: z.number().nullable(),
  }),
);
const termsOfTasks = {
  name: 'simulation.terms',
  text: `SELECT t.id, coalesce(array_agg(a.path_name) FILTER (WHERE a.id IS NOT NULL), '{}') AS paths,
      o.metadata->>'pinned' AS pinned, o.metadata->>'max_price' AS max_price, t.reruns, o.reruns_most,
      CASE WHEN t.state = 'succeeded' THEN t.path_name END AS delivered,
      (coalesce(o.route->'prices'->t.path_name, o.price)->>'maximumMicros')::float8 AS price
    FROM tasks t JOIN task_orders o ON o.task_id = t.id LEFT JOIN attempts a ON a.task_id = t.id
    GROUP BY t.id, o.task_id ORDER BY t.id`,
};
const MICROS = 1_000_000;

/** What was agreed: the path it is pinned to, the ceiling, how often it may begin again, the price of who delivered. */
export async function checkTerms(world: World, book: Book, db: Database): Promise<void> {
  for (const terms of Terms.parse((await db.query(termsOfTasks)).rows)) {
    const { id, paths, pinned, max_price: most, price } = terms;
    const task = world.observer.model.tasks.get(id);
    const strayed = pinned === null ? undefined : paths.find((name) => name !== pinned);
    demand(
      strayed === undefined,
      'caps',
      () => `task ${id} is pinned to ${pinned} and was sent to ${strayed}`,
    );
    const held = task?.hold_micros ?? 0;
    demand(
      most === null || held <= Number(most) * MICROS,
      'caps',
      () => `task ${id} holds ${held} of at most ${most}`,
    );
    demand(terms.reruns <= terms.reruns_most, 'caps', () => `task ${id} began again ${terms.reruns} times`);
    const end = book.ends.get(id);
    if (terms.delivered === null || end === undefined || price === null) continue;
    demand(incomeOf(end) <= price, 'I3', () => {
      return `task ${id} paid ${incomeOf(end)} for a clip of ${terms.delivered}, whose price is ${price}`;
    });
  }
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
  const secrets = world.upstream.vendors.flatMap((vendor) => vendor.secrets);
  const leaks = Leaks.parse((await db.query(searchForSecrets, [secrets])).rows);
  demand(
    leaks.length === 0,
    'I13',
    () => `a credential stands in ${leaks.map(({ place }) => place).join(', ')}`,
  );
  const line = world.logged.find((message) => secrets.some((secret) => message.includes(secret)));
  demand(line === undefined, 'I13', () => 'a credential stands in a log line');
}
