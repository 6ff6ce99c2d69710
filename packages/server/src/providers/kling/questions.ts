/**
 * The free questions: what became of tasks (by the vendor's ids), and does a task exist under our own id.
 * The new generation answers twenty at once; the legacy one is asked task by task.
 */
import type {
  Exchange,
  FindOutcome,
  FindQuery,
  Observation,
  ObserveOutcome,
  PathContext,
  QuestionFailed,
  StoredHandle,
  UpstreamRequest,
} from '../contract.ts';
import { accessOf } from './auth.ts';
import { readQuestionError, saysNotFound } from './errors.ts';
import { routeOf } from './models.ts';
import { notFound, observationOfLegacy, observationOfNew, unrecognised } from './observation.ts';
import { type Answer, Handle, LegacyTask, NewTask, readAnswer } from './wire.ts';

/** 21 ids are refused with 1201 (seen live 2026-09; the documents name no cap). */
export const BATCH = 20;

type Known = StoredHandle & { parsed: Handle };
type Question = 'observe' | 'find';

/**
 * Attempts that the answer does not settle are left out of the map: nothing was learnt about them this
 * time. Only when nothing at all was learnt has the question failed.
 */
export function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const observations = new Map<string, Observation>();
  const known: Known[] = [];
  for (const stored of handles) {
    const parsed = Handle.safeParse(stored.handle);
    if (parsed.success) known.push({ ...stored, parsed: parsed.data });
    else observations.set(stored.attemptId, unrecognised('', stored.correlationId, 'unreadable handle'));
  }
  const batched = known.filter((stored) => stored.parsed.generation === 'new');
  let failure: QuestionFailed | null = null;
  for (let at = 0; at < batched.length; at += BATCH) {
    failure = (yield* observeBatch(path, batched.slice(at, at + BATCH), observations)) ?? failure;
  }
  for (const stored of known) {
    if (stored.parsed.generation !== 'legacy') continue;
    const failed = yield* observeLegacy(path, stored, stored.parsed, observations);
    failure = failed ?? failure;
    // The same credential and host would fail again; the rest is asked next time.
    if (failed && failed.class !== 'unreadable') break;
  }
  if (observations.size > 0 || handles.length === 0) return { kind: 'observed', observations };
  return failure ?? unreadable('the answer holds records that cannot be tied to the question');
}

function* observeBatch(
  path: PathContext,
  batch: readonly Known[],
  into: Map<string, Observation>,
): Exchange<QuestionFailed | null> {
  const ids = batch.map((stored) => stored.parsed.taskId);
  const rows = yield* askTasks(path, 'observe', 'task_ids', ids);
  if (rows.kind === 'question_failed') {
    // One id that the vendor chokes on must not blind us to its nineteen neighbours.
    if (rows.class !== 'unreadable' || batch.length === 1) return rows;
    const half = Math.ceil(batch.length / 2);
    const first = yield* observeBatch(path, batch.slice(0, half), into);
    const second = yield* observeBatch(path, batch.slice(half), into);
    return first ?? second;
  }
  for (const stored of batch) {
    const task = rows.tasks.get(stored.parsed.taskId);
    if (task) into.set(stored.attemptId, checked(stored, observationOfNew(task, stored.parsed.watermark)));
    else if (rows.complete) into.set(stored.attemptId, notFound(stored.parsed.taskId, stored.correlationId));
  }
  return null;
}

/** A record that carries another attempt's id is not this attempt's, whatever its task id says. */
function checked(stored: StoredHandle, observation: Observation): Observation {
  const { correlationId } = observation;
  if (correlationId === null || correlationId === stored.correlationId) return observation;
  return unrecognised(observation.upstreamId, stored.correlationId, 'another external id');
}

type Rows = { kind: 'rows'; tasks: Map<string, NewTask>; complete: boolean } | QuestionFailed;

/** `complete` is false when a record could not be read: then a missing one proves nothing. */
function* askTasks(
  path: PathContext,
  operation: Question,
  key: 'task_ids' | 'external_task_ids',
  ids: readonly string[],
): Exchange<Rows> {
  const answer = yield* ask(path, operation, `/tasks?${key}=${ids.map(encodeURIComponent).join(',')}`);
  if (answer.kind === 'question_failed') return answer;
  if (answer.kind !== 'ok') return readQuestionError(answer, path.nowMs);
  if (!Array.isArray(answer.data)) return unreadable('the task list is not a list');
  const records: unknown[] = answer.data;
  const tasks = new Map<string, NewTask>();
  for (const record of records) {
    const task = NewTask.safeParse(record);
    if (task.success) tasks.set(key === 'task_ids' ? task.data.id : (task.data.external_id ?? ''), task.data);
  }
  const wanted = new Set(ids);
  // Records beyond what was asked for, or unreadable ones, could be the missing one under another name.
  return {
    kind: 'rows',
    tasks,
    complete: [...tasks.keys()].every((id) => wanted.has(id)) && tasks.size === records.length,
  };
}

function* observeLegacy(
  path: PathContext,
  stored: StoredHandle,
  handle: Extract<Handle, { generation: 'legacy' }>,
  into: Map<string, Observation>,
): Exchange<QuestionFailed | null> {
  const task = yield* askLegacy(path, 'observe', handle.path, handle.taskId);
  switch (task.kind) {
    case 'missing':
      into.set(stored.attemptId, notFound(handle.taskId, stored.correlationId));
      return null;
    case 'task': {
      const observation = observationOfLegacy(task.task, handle.watermark);
      const same = observation.upstreamId === handle.taskId;
      const word = 'another task id';
      const seen = same
        ? checked(stored, observation)
        : unrecognised(handle.taskId, stored.correlationId, word);
      into.set(stored.attemptId, seen);
      return null;
    }
    case 'question_failed':
      return task;
  }
}

type LegacyAnswer = { kind: 'task'; task: LegacyTask } | { kind: 'missing' } | QuestionFailed;

function* askLegacy(
  path: PathContext,
  operation: Question,
  route: string,
  id: string,
): Exchange<LegacyAnswer> {
  const answer = yield* ask(path, operation, `${route}/${encodeURIComponent(id)}`);
  if (answer.kind === 'question_failed') return answer;
  if (saysNotFound(answer)) return { kind: 'missing' };
  if (answer.kind !== 'ok') return readQuestionError(answer, path.nowMs);
  const task = LegacyTask.safeParse(answer.data);
  return task.success ? { kind: 'task', task: task.data } : unreadable('the task record cannot be read');
}

function* ask(path: PathContext, operation: Question, url: string): Exchange<Answer | QuestionFailed> {
  const access = accessOf(path);
  if (!access.ok)
    return { kind: 'question_failed', class: 'credentials', message: access.reason, retryAfterMs: null };
  return readAnswer(yield question(operation, url, access.authorization));
}

export function question(
  operation: UpstreamRequest['operation'],
  url: string,
  authorization: string,
): UpstreamRequest {
  return { operation, billable: false, method: 'GET', url, headers: { authorization }, body: null };
}

export function unreadable(message: string): QuestionFailed {
  return { kind: 'question_failed', class: 'unreadable', message, retryAfterMs: null };
}

/**
 * Here a missing item means "never accepted" and may lead to a second send, so one failed or doubtful
 * answer fails the whole question.
 */
export function* find(path: PathContext, queries: readonly FindQuery[]): Exchange<FindOutcome> {
  const access = accessOf(path);
  if (!access.ok)
    return { kind: 'question_failed', class: 'credentials', message: access.reason, retryAfterMs: null };
  const items: FoundItems = new Map();
  if (access.generation === 'legacy') {
    for (const query of queries) {
      const failed = yield* findLegacy(path, query, items);
      if (failed) return failed;
    }
    return { kind: 'found', items };
  }
  for (let at = 0; at < queries.length; at += BATCH) {
    const failed = yield* findBatch(path, queries.slice(at, at + BATCH), items);
    if (failed) return failed;
  }
  return { kind: 'found', items };
}

type FoundItems = Map<string, { upstreamId: string; handle: Handle; observation: Observation }>;

function* findBatch(
  path: PathContext,
  batch: readonly FindQuery[],
  into: FoundItems,
): Exchange<QuestionFailed | null> {
  const ids = batch.map((query) => query.correlationId);
  const rows = yield* askTasks(path, 'find', 'external_task_ids', ids);
  if (rows.kind === 'question_failed') return rows;
  for (const query of batch) {
    const task = rows.tasks.get(query.correlationId);
    if (!task) {
      if (rows.complete) continue;
      return unreadable('the answer holds records that cannot be tied to the question');
    }
    const watermark = query.order.watermark;
    into.set(query.correlationId, {
      upstreamId: task.id,
      handle: { v: 1, generation: 'new', taskId: task.id, watermark },
      observation: observationOfNew(task, watermark),
    });
  }
  return null;
}

function* findLegacy(path: PathContext, query: FindQuery, into: FoundItems): Exchange<QuestionFailed | null> {
  const route = routeOf(query.order.model, query.order.mode)?.legacy;
  if (!route) return unreadable(`${query.order.model} has no legacy path to look it up on`);
  const found = yield* askLegacy(path, 'find', route.path, query.correlationId);
  if (found.kind === 'question_failed') return found;
  if (found.kind === 'missing') return null;
  const watermark = query.order.watermark;
  const observation = observationOfLegacy(found.task, watermark);
  if (observation.correlationId !== null && observation.correlationId !== query.correlationId) {
    return unreadable('the answer is about another external id');
  }
  into.set(query.correlationId, {
    upstreamId: found.task.task_id,
    handle: { v: 1, generation: 'legacy', taskId: found.task.task_id, watermark, path: route.path },
    observation,
  });
  return null;
}
