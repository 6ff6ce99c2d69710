/** What fal says of a request: its place in the queue, its end, its result; and its errors. */
import { type EmulatorAnswer, textAnswer } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import { type FalRequest, stateOf } from './queue.ts';
import type { World } from './world.ts';

export function jsonAnswer(
  status: number,
  body: JsonObject,
  headers: Record<string, string> = {},
): EmulatorAnswer {
  const answer = textAnswer(status, 'application/json', writeJson(body));
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

export function detail(status: number, text: string): EmulatorAnswer {
  return jsonAnswer(status, { detail: text });
}

export const notFound = (): EmulatorAnswer => detail(404, 'Request not found');

/** Everything behind the first two segments of the model's id is dropped. */
export function addresses(world: World, request: FalRequest): JsonObject {
  const base = `${world.queueUrl}/${request.root}/requests/${request.id}`;
  return { response_url: base, status_url: `${base}/status`, cancel_url: `${base}/cancel` };
}

export function queuedAnswer(world: World, request: FalRequest): EmulatorAnswer {
  return jsonAnswer(
    200,
    {
      status: 'IN_QUEUE',
      request_id: request.id,
      ...addresses(world, request),
      queue_position: Math.max(0, world.queue.position(request)),
      ...(request.webhookUrl === null ? {} : { gateway_request_id: request.id }),
    },
    { 'x-fal-request-id': request.id },
  );
}

export function statusAnswer(
  world: World,
  request: FalRequest,
  withLogs: boolean,
  now: number,
): EmulatorAnswer {
  const state = stateOf(request);
  const word = state === 'COMPLETED' ? endWord(request) : shownWord(request, state);
  const head = { status: word, request_id: request.id, ...addresses(world, request) };
  if (state === 'IN_QUEUE')
    return jsonAnswer(202, { ...head, queue_position: world.queue.position(request) });
  const logs = withLogs ? logsOf(request, now) : null;
  if (state === 'IN_PROGRESS') return jsonAnswer(202, { ...head, logs });
  const { ending } = request;
  const error =
    ending.kind === 'error'
      ? { error: sentenceOf(ending.body), ...(ending.platform ? { error_type: ending.type } : {}) }
      : {};
  const seconds = ((request.endedAt ?? now) - (request.startedAt ?? request.endedAt ?? now)) / 1000;
  return jsonAnswer(200, { ...head, logs, metrics: { inference_time: seconds }, ...error });
}

function shownWord(request: FalRequest, state: string): string {
  const read = request.reads++;
  const shown = request.faults.find((fault) => fault.do === 'word' && read < fault.reads);
  return shown?.do === 'word' ? shown.word : state;
}

function endWord(request: FalRequest): string {
  const end = request.faults.find((fault) => fault.do === 'end-as');
  return end?.do === 'end-as' ? end.word : 'COMPLETED';
}

function logsOf({ startedAt, endedAt, id }: FalRequest, now: number): JsonObject[] {
  if (startedAt === null) return [];
  const line = (at: number, message: string): JsonObject => ({
    message,
    level: 'INFO',
    source: 'USER',
    timestamp: new Date(at).toISOString(),
  });
  const steps = Math.floor((Math.min(now, endedAt ?? now) - startedAt) / 10_000);
  return [
    line(startedAt, `rendering ${id}`),
    ...Array.from({ length: Math.min(steps, 50) }, (_, at) =>
      line(startedAt + (at + 1) * 10_000, 'still rendering'),
    ),
  ];
}

export function resultAnswer(world: World, request: FalRequest): EmulatorAnswer {
  const named = { 'x-fal-request-id': request.id };
  if (request.endedAt === null) return { ...detail(400, 'Request is still in progress') };
  const { ending } = request;
  if (ending.kind === 'clip') return jsonAnswer(200, resultBody(world, request), named);
  const late = ending.type === 'request_timeout' ? { 'x-fal-request-timeout-type': 'user' } : {};
  const type = ending.platform ? { 'x-fal-error-type': ending.type } : {};
  return jsonAnswer(ending.http, ending.body, { ...named, ...type, ...late });
}

export function resultBody(world: World, request: FalRequest): JsonObject {
  if (request.faults.some((fault) => fault.do === 'no-clip')) return {};
  const video = {
    url: `${world.publicUrl}/files/b/${request.id}/output.mp4`,
    content_type: 'video/mp4',
    file_name: 'output.mp4',
    file_size: world.clips.make(request.clip).length,
  };
  return { video };
}

export function webhookBody(world: World, request: FalRequest): JsonObject {
  const head = { request_id: request.id, gateway_request_id: request.id };
  const { ending } = request;
  if (ending.kind === 'clip') return { ...head, status: 'OK', payload: resultBody(world, request) };
  return { ...head, status: 'ERROR', error: sentenceOf(ending.body), payload: ending.body };
}

function sentenceOf({ detail: said }: JsonObject): string {
  return typeof said === 'string' ? said : 'Unprocessable Entity';
}
