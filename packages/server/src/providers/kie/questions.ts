/** The free questions: what became of tasks, one at a time, and what is left in the wallet. */
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
import { authorizationOf } from './auth.ts';
import { readQuestionError, saysNotFound } from './errors.ts';
import { notFound, observationOf, unrecognised } from './observation.ts';
import { type Answer, Figure, Handle, microsOf, readAnswer, TaskRecord } from './wire.ts';

export function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const authorization = authorizationOf(path);
  if (authorization === null)
    return questionFailed('credentials', 'the credential of this path is incomplete');
  const observations = new Map<string, Observation>();
  let failure: QuestionFailed | null = null;
  for (const { attemptId, handle } of handles) {
    const parsed = Handle.safeParse(handle);
    if (!parsed.success) {
      observations.set(attemptId, unrecognised('', 'unreadable handle'));
      continue;
    }
    // The same credential and host would fail again; the rest is asked next time.
    if (failure !== null && failure.class !== 'unreadable') continue;
    const { taskId } = parsed.data;
    const url = `/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`;
    const seen = readSeen(readAnswer(yield question('observe', url, authorization)), taskId, path.nowMs);
    if (seen.kind === 'question_failed') failure = seen;
    else observations.set(attemptId, seen.observation);
  }
  if (observations.size > 0 || handles.length === 0) return { kind: 'observed', observations };
  return failure ?? questionFailed('unreadable', 'nothing was asked');
}

/** Both are read: the code says whether there is an answer, the state what became of the task. */
function readSeen(
  answer: Answer,
  taskId: string,
  nowMs: number,
): { kind: 'seen'; observation: Observation } | QuestionFailed {
  if (saysNotFound(answer)) return { kind: 'seen', observation: notFound(taskId) };
  const data = answer.kind === 'ok' || answer.kind === 'error' ? answer.data : undefined;
  const record = TaskRecord.safeParse(data);
  if (record.success && record.data.taskId !== taskId) {
    return { kind: 'seen', observation: unrecognised(taskId, 'another task id') };
  }
  // A code such as 501 or 408 may come with the record of a task that failed; nothing else is believed beside a code.
  if (record.success && (answer.kind === 'ok' || record.data.state === 'fail')) {
    return { kind: 'seen', observation: observationOf(record.data) };
  }
  if (answer.kind === 'ok') return questionFailed('unreadable', 'the task record cannot be read');
  return readQuestionError(answer, nowMs);
}

function question(
  operation: UpstreamRequest['operation'],
  url: string,
  authorization: string,
): UpstreamRequest {
  return { operation, billable: false, method: 'GET', url, headers: { authorization }, body: null };
}

/** Never called: there is no list and no lookup by an id of ours. */
export function* find(): Exchange<FindOutcome> {
  yield* [];
  return questionFailed('unreadable', 'this upstream cannot be asked by our id');
}

export function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const authorization = authorizationOf(path);
  if (authorization === null)
    return questionFailed('credentials', 'the credential of this path is incomplete');
  const answer = readAnswer(yield question('balance', '/api/v1/chat/credit', authorization));
  if (answer.kind !== 'ok') return readQuestionError(answer, path.nowMs);
  const remainingMicros = microsOf(Figure.parse(answer.data));
  if (remainingMicros === null) return questionFailed('unreadable', 'the number of credits cannot be read');
  return { kind: 'wallet', wallet: { unit: 'credit', remainingMicros, packs: [] } };
}
