/**
 * The free questions: what became of tasks, and what is left in the wallet. Up to fifty tasks are asked about at
 * once. The batch query was only seen in the vendor's command line client (October 2026): it leaves out ids that it
 * does not know, and no page says whether it shows links. So whatever it leaves open (a task that it does not list, a
 * finished one without its links, an answer that cannot be read) is asked for by the documented query of one task.
 */
import { questionFailed } from '../answers.ts';
import type {
  BalanceOutcome,
  Exchange,
  FindOutcome,
  Observation,
  ObserveOutcome,
  PathContext,
  QuestionFailed,
  StoredHandle,
  UpstreamRequest,
} from '../contract.ts';
import { accessOf } from './auth.ts';
import { readQuestionError, saysNotFound } from './errors.ts';
import { notFound, observationOf, unrecognised } from './observation.ts';
import { Credits, Handle, microsOf, readAnswer, Task, TaskList } from './wire.ts';

export const BATCH = 50;

type Known = { attemptId: string; taskId: string };

export function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const observations = new Map<string, Observation>();
  const known: Known[] = [];
  for (const { attemptId, handle } of handles) {
    const parsed = Handle.safeParse(handle);
    if (parsed.success) known.push({ attemptId, taskId: parsed.data.taskId });
    else observations.set(attemptId, unrecognised('', 'unreadable handle'));
  }
  let failure: QuestionFailed | null = null;
  for (let at = 0; at < known.length && !stops(failure); at += BATCH) {
    const some = known.slice(at, at + BATCH);
    failure = yield* some.length === 1
      ? askEach(path, some, access.authorization, observations)
      : askTogether(path, some, access.authorization, observations);
  }
  if (observations.size > 0 || handles.length === 0) return { kind: 'observed', observations };
  return failure ?? questionFailed('unreadable', 'the answer cannot be tied to the question');
}

/** The same credential and host would fail again; the rest is asked next time. */
function stops(failure: QuestionFailed | null): boolean {
  return failure !== null && failure.class !== 'unreadable';
}

function* askTogether(
  path: PathContext,
  batch: readonly Known[],
  authorization: string,
  into: Map<string, Observation>,
): Exchange<QuestionFailed | null> {
  const body = JSON.stringify({ task_ids: batch.map(({ taskId }) => taskId) });
  const answer = readAnswer(yield question('POST', 'observe', '/v1/tasks/batch', authorization, body));
  if (answer.kind !== 'ok') {
    const failed = readQuestionError(answer, path.nowMs);
    return stops(failed) ? failed : yield* askEach(path, batch, authorization, into);
  }
  const records = TaskList.safeParse(answer.body);
  const tasks = new Map<string, Task>();
  for (const record of records.success ? records.data : []) {
    const task = Task.safeParse(record);
    if (task.success) tasks.set(task.data.id, task.data);
  }
  const open: Known[] = [];
  for (const known of batch) {
    const task = tasks.get(known.taskId);
    const seen = task && observationOf(task);
    // `unrecognised`: perhaps a success whose links this answer leaves out.
    if (seen && seen.status !== 'unrecognised') into.set(known.attemptId, seen);
    else open.push(known);
  }
  return yield* askEach(path, open, authorization, into);
}

function* askEach(
  path: PathContext,
  some: readonly Known[],
  authorization: string,
  into: Map<string, Observation>,
): Exchange<QuestionFailed | null> {
  let failure: QuestionFailed | null = null;
  for (const { attemptId, taskId } of some) {
    const url = `/v1/tasks/${encodeURIComponent(taskId)}`;
    const answer = readAnswer(yield question('GET', 'observe', url, authorization));
    if (saysNotFound(answer)) {
      into.set(attemptId, notFound(taskId));
      continue;
    }
    const task = answer.kind === 'ok' ? Task.safeParse(answer.body) : null;
    if (task?.success) {
      const same = task.data.id === taskId;
      into.set(attemptId, same ? observationOf(task.data) : unrecognised(taskId, 'another task id'));
      continue;
    }
    failure =
      answer.kind === 'ok'
        ? questionFailed('unreadable', 'the task record cannot be read')
        : readQuestionError(answer, path.nowMs);
    if (stops(failure)) break;
  }
  return failure;
}

function question(
  method: 'GET' | 'POST',
  operation: UpstreamRequest['operation'],
  url: string,
  authorization: string,
  body: string | null = null,
): UpstreamRequest {
  const headers = body === null ? { authorization } : { authorization, 'content-type': 'application/json' };
  return { operation, billable: false, method, url, headers, body };
}

/**
 * Never called. There is a list of tasks, but it shows neither our key nor our callback address, so a match could
 * only be guessed from model and minute, and a wrong guess would hand one customer's clip to another.
 */
export function* find(): Exchange<FindOutcome> {
  yield* [];
  return questionFailed('unreadable', 'this upstream cannot be asked by our id');
}

/** The account's credits; a key with a budget of its own can spend no more than that. */
export function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const answer = readAnswer(yield question('GET', 'balance', '/v1/credits', access.authorization));
  if (answer.kind !== 'ok') return readQuestionError(answer, path.nowMs);
  const read = Credits.safeParse(answer.body);
  if (!read.success) return questionFailed('unreadable', 'the credit record cannot be read');
  const { user, token } = read.data;
  const account = microsOf(user.remaining_credits);
  const budget = token && token.unlimited_credits !== true ? microsOf(token.remaining_credits) : null;
  const remainingMicros = account !== null && budget !== null && budget < account ? budget : account;
  return { kind: 'wallet', wallet: { unit: 'credit', remainingMicros, packs: [] } };
}
