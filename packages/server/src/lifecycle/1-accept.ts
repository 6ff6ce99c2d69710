/**
 * Stage 1: a client's order becomes a task.
 *
 * What enters: create requests, each with its caller and its idempotency key or body hash.
 * What leaves: per request one task (or a whole batch) in state `queued` with its hold, its event and its key, written
 * in one transaction; or the earlier answer; or a refusal, and then nothing was written, held or charged.
 * If it dies in the middle: before the commit nothing exists and the client repeats the request. After it everything
 * exists, and the repeat, with the key or, without one, because its answer was never delivered, gets the same task.
 *
 * Requests that arrive while a transaction is under way are accepted together by the next one, so that a burst costs
 * a few commits and not one each; a single request never waits for company.
 */
import { type CreateGeneration, decimalFromMicros, microsFromDecimal, type Refusal } from '@sluice/contract';
import { shapeOf } from '../decide/polling.ts';
import { hold } from '../decide/postings.ts';
import type { Promised } from '../decide/promises.ts';
import { newId } from '../effects/random/id.ts';
import type { AcceptAnswer, NewRequest, NewTask } from '../store/accept.ts';
import { type Batcher, batcher } from './batch.ts';
import { BESIDE_AN_ORDER_MS, beside } from './beside.ts';
import type { Context } from './context.ts';
import { type Accepting, joinQueue, promiseOf } from './forecast.ts';
import { type PlannedOrder, planOrder } from './plan.ts';

export type Caller = { accountId: string; keyId: string };

/** How an order came in through a door: which one, and what its protocol says back to the client later. */
export type ThroughDoor = { name: string; words: unknown };

/** Which creates without a key the caller is still answering. */
export type Answering = {
  /** Their tasks, each with the hash of what was asked. Added when they are durable; the caller takes them out. */
  open: Map<string, string>;
  /** Resolves once it is known of earlier requests with these hashes whether their answers were lost by now. */
  settled(requestHashes: readonly string[]): Promise<void>;
};

export type AcceptOptions = {
  /** Absent or null: through the native API. */
  door?: ThroughDoor | null;
  requestKey: string | null;
  /** Whose name of a request it is. Absent: `key`. */
  requestKeyOf?: 'key' | 'account';
  /** Lower-case hex SHA-256 over the operation and the canonical body. */
  requestHash: string;
  /** The client marks this request as a repeat of one whose answer it lost. */
  marked: boolean;
  batch: boolean;
  /**
   * Without a key, a request is joined to one whose answer was lost, never to one that stands beside it. Absent: every
   * answer that was not noted as delivered counts as lost.
   */
  answering?: Answering;
  /**
   * For answers that come with the end of the render: how long an equal order without a key is joined to one whose
   * answer was lost. Absent: as the settings say.
   */
  joinWithinMs?: number | undefined;
  /**
   * Whether the client is still there to hear the answer. An order whose client has left before its transaction began
   * is not taken: nobody was told anything, and its repeat may stand in the same transaction. Absent: it is.
   */
  listening?: () => boolean;
};

export type Accepted =
  | { kind: 'created' | 'replayed'; taskIds: readonly string[] }
  | { kind: 'refused'; refusal: Refusal; index: number | null };

export async function acceptTasks(
  context: Context,
  caller: Caller,
  orders: readonly CreateGeneration[],
  options: AcceptOptions,
): Promise<Accepted> {
  const patient = options.joinWithinMs === undefined ? null : await earlierAnswer(context, caller, options);
  if (patient) return patient;
  const closed = await closedFor(context);
  const planned: Planned = closed
    ? { kind: 'refused', refusal: closed, index: null }
    : await planOrders(context, caller, orders, options);
  // What could not be ordered now, because its time has passed or its path is gone, may have been ordered before.
  if (planned.kind === 'refused') return (await earlierAnswer(context, caller, options)) ?? planned;
  const request = newRequest(context, caller, options, planned.tasks);
  const { answering, listening = () => true } = options;
  const answer = await acceptBatcher(context).add({ request, answering, listening });
  if (answer.kind === 'refused') return { kind: 'refused', refusal: answer.refusal, index: null };
  if (answer.kind === 'created') context.wake('admit');
  return answer;
}

async function earlierAnswer(
  context: Context,
  { accountId, keyId }: Caller,
  { requestKey, requestKeyOf = 'key', requestHash, marked, answering, joinWithinMs }: AcceptOptions,
): Promise<Accepted | null> {
  await answering?.settled([requestHash]);
  const answer = await context.store.accept.repeated(
    { accountId, keyId, requestKey, requestKeyOf, requestHash, marked },
    context.clock.now(),
    joinWithinMs ?? context.settings.joinWithinMs,
    [...(answering?.open.keys() ?? [])],
  );
  return answer?.kind === 'refused' ? { kind: 'refused', refusal: answer.refusal, index: null } : answer;
}

/** The client got its answer: an equal request from now on is a new wish. */
export async function markAnswered(context: Context, taskIds: readonly string[]): Promise<void> {
  if (taskIds.length > 0) await context.store.accept.markAnswered(taskIds);
}

async function closedFor(context: Context): Promise<Refusal | null> {
  if (await context.gate.quarantined()) return { code: 'quarantined' };
  if (await context.gate.storageFull()) return { code: 'storage_full', retryAfterSeconds: 60 };
  return null;
}

type Planned = { kind: 'planned'; tasks: NewTask[] } | Extract<Accepted, { kind: 'refused' }>;

async function planOrders(
  context: Context,
  caller: Caller,
  orders: readonly CreateGeneration[],
  options: AcceptOptions,
): Promise<Planned> {
  const tasks: NewTask[] = [];
  const nowMs = context.clock.now();
  let promise: Promised | null = null;
  // In order, so that a batch reads back, and is admitted, in the order in which it was given.
  const ids = orders.map(() => newId('task', nowMs, context.random)).sort();
  for (const [index, input] of orders.entries()) {
    const planned = await planOrder(context, caller, input);
    const place = options.batch ? index : null;
    if (planned.kind === 'refused') return { kind: 'refused', refusal: planned.refusal, index: place };
    const late = refuseImpossible(context, planned, input);
    if (late) return { kind: 'refused', refusal: late, index: place };
    const id = ids[index] ?? '';
    const accepting = acceptingOf(caller, input, planned);
    // Where one could not be had in time, the others of the request do not wait for theirs.
    if (index === 0 || promise !== null) promise = await promiseFor(context, accepting);
    joinQueue(context, accepting);
    const door = options.door ?? null;
    tasks.push({ ...newTask(context, caller, id, input, planned), promise, door });
  }
  return { kind: 'planned', tasks };
}

function promiseFor(context: Context, accepting: Accepting): Promise<Promised | null> {
  const without = 'orders are taken without a word about when they start and end';
  return beside(context, without, BESIDE_AN_ORDER_MS, () => promiseOf(context, accepting));
}

function refuseImpossible(context: Context, planned: PlannedOrder, input: CreateGeneration): Refusal | null {
  const nowMs = context.clock.now();
  const { maximumMicros } = planned.route.priced;
  if (input.max_price !== undefined && maximumMicros > microsFromDecimal(input.max_price)) {
    const price = decimalFromMicros(maximumMicros);
    return {
      code: 'price_above_max',
      field: 'max_price',
      message: `The worst case is ${price}.`,
      allowed: { price },
    };
  }
  for (const field of ['start_by', 'finish_by'] as const) {
    const wanted = input[field];
    if (wanted !== undefined && Date.parse(wanted) <= nowMs) {
      return { code: 'deadline_impossible', field, message: `${field} lies in the past.` };
    }
  }
  const earliestEndMs = nowMs + planned.spread.earlyMs;
  if (input.finish_by !== undefined && Date.parse(input.finish_by) < earliestEndMs) {
    return {
      code: 'deadline_impossible',
      field: 'finish_by',
      message: 'Even the fastest comparable renders take longer than that.',
      allowed: { earliest: new Date(earliestEndMs).toISOString() },
    };
  }
  return null;
}

function newTask(
  context: Context,
  caller: Caller,
  id: string,
  input: CreateGeneration,
  planned: PlannedOrder,
): Omit<NewTask, 'door' | 'promise'> {
  const nowMs = context.clock.now();
  const { order, model, route, currency } = planned;
  const { holdMicros } = route;
  const booking = hold({ accountId: caller.accountId, taskId: id, currency }, holdMicros);
  const startByMs = input.start_by === undefined ? null : Date.parse(input.start_by);
  const finishByMs = input.finish_by === undefined ? null : Date.parse(input.finish_by);
  const deadlineAtMs = nowMs + model.deadline_seconds * 1000;
  const limits = [startByMs, finishByMs, deadlineAtMs].filter((ms) => ms !== null);
  return {
    id,
    model: model.id,
    family: model.family,
    priority: priorityOf(input),
    pathNames: route.pathNames,
    sandbox: route.sandbox,
    slotMs: Math.round(planned.spread.medianMs),
    shape: shapeOf(order),
    expiresAtMs: Math.min(...limits),
    deadlineAtMs,
    startByMs,
    finishByMs,
    holdMicros,
    currency,
    order,
    price: route.priced.snapshot,
    route: routeNote(planned),
    rerunsMost: planned.rerunsMost,
    metadata: input.metadata ?? {},
    callbackUrl: input.callback_url ?? null,
    ledgerId: newId('ltx', nowMs, context.random),
    ledgerReference: booking.reference,
    postings: booking.postings,
    eventId: newId('evt', nowMs, context.random),
    eventData: {
      id,
      status: 'pending',
      stage: 'queued',
      version: 1,
      model: model.id,
      error_code: null,
      charge: null,
      currency,
      sandbox: route.sandbox,
      metadata: input.metadata ?? {},
      assets: [],
    },
  };
}

function acceptingOf({ accountId }: Caller, input: CreateGeneration, planned: PlannedOrder): Accepting {
  const { order, model, route, spread } = planned;
  const slotMs = Math.round(spread.medianMs);
  const { pathNames } = route;
  return { family: model.family, accountId, pathNames, order, model, priority: priorityOf(input), slotMs };
}

function priorityOf({ priority = 'normal' }: CreateGeneration): -1 | 0 | 1 {
  return ({ low: -1, normal: 0, high: 1 } as const)[priority];
}

function routeNote({ route }: PlannedOrder): Record<string, unknown> {
  const alternatives = route.alternatives.map(({ path, priceMicros, rejectedBecause }) => ({
    path,
    price: priceMicros === null ? null : decimalFromMicros(priceMicros),
    rejected_because: rejectedBecause,
  }));
  const others = [...route.prices].filter(([path]) => path !== route.chosen);
  const prices = Object.fromEntries(others.map(([path, { snapshot }]) => [path, snapshot]));
  return {
    chosen: route.chosen,
    reason: route.reason,
    alternatives,
    ...(others.length > 0 ? { prices } : {}),
  };
}

function newRequest(context: Context, caller: Caller, options: AcceptOptions, tasks: NewTask[]): NewRequest {
  return {
    accountId: caller.accountId,
    keyId: caller.keyId,
    requestKey: options.requestKey,
    requestKeyOf: options.requestKeyOf ?? 'key',
    requestHash: options.requestHash,
    marked: options.marked,
    holds: tasks.map((task) => task.holdMicros),
    tasks,
    batchId: options.batch ? newId('batch', context.clock.now(), context.random) : null,
  };
}

type Asked = { request: NewRequest; answering: Answering | undefined; listening: () => boolean };

/** Told to nobody: the connection is gone. */
const CLIENT_LEFT: AcceptAnswer = {
  kind: 'refused',
  refusal: { code: 'conflict', message: 'The client left before its order was taken.' },
};

const batchers = new WeakMap<Context, Batcher<Asked, AcceptAnswer>>();

function acceptBatcher(context: Context): Batcher<Asked, AcceptAnswer> {
  const known = batchers.get(context);
  if (known) return known;
  const made = batcher<Asked, AcceptAnswer>({ most: 200, flush: (asked) => acceptAll(context, asked) });
  batchers.set(context, made);
  return made;
}

async function acceptAll(context: Context, given: readonly Asked[]): Promise<AcceptAnswer[]> {
  const answerings = new Set(given.map(({ answering }) => answering));
  for (const each of answerings) {
    const theirs = given.filter(({ answering }) => answering === each);
    await each?.settled(theirs.map(({ request }) => request.requestHash));
  }
  const asked = given.filter(({ listening }) => listening());
  if (asked.length === 0) return given.map(() => CLIENT_LEFT);
  const answers = await context.store.accept.accept(
    asked.map(({ request }) => request),
    context.clock.now(),
    context.settings.joinWithinMs,
    [...answerings].flatMap((answering) => [...(answering?.open.keys() ?? [])]),
  );
  // Before anybody else is let in: the next round must not take these for lost, unless they are by now.
  answers.forEach((answer, index) => {
    const { answering, listening, request } = asked[index] ?? {};
    if (answer.kind !== 'created' || !request || !listening?.()) return;
    for (const id of answer.taskIds) answering?.open.set(id, request.requestHash);
  });
  const answerOf = new Map(asked.map((each, index) => [each, answers[index]]));
  return given.map((each) => answerOf.get(each) ?? CLIENT_LEFT);
}
