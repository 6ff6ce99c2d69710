/**
 * The AI Gateway's video protocol: one call that lasts as long as the render, or a start and questions.
 *
 * A one-shot call that breaks is repeated by the AI SDK without a mark, minutes after it began: so it is joined to the
 * task of an equal call whose answer was never delivered for as long as a task may take, not only for the first minute.
 */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { parseFields } from '../../fields.ts';
import { answered, type DoorAnswer, type DoorCall, type DoorRoute, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { type DoorTask, findTask } from '../tasks.ts';
import { untilEnded } from '../wait.ts';
import { readCall, type Warning } from './order.ts';

const HEARTBEAT_MS = 15_000;
const LONGEST_RENDER_MS = 6 * 3_600_000;

const write = { method: 'POST', access: 'tasks:write', body: 'json', creates: true } as const;

export const aiGatewayRoutes: readonly DoorRoute[] = [
  { ...write, name: 'generate', path: '/ai-gateway/video-model', handle: generate },
  { ...write, name: 'start', path: '/ai-gateway/video-model/start', handle: start },
  {
    name: 'status',
    method: 'POST',
    path: '/ai-gateway/video-model/status',
    access: 'tasks:read',
    body: 'json',
    handle: status,
  },
  { name: 'config', method: 'GET', path: '/ai-gateway/config', access: 'tasks:read', handle: config },
];

type Started = { kind: 'started'; id: string; warnings: Warning[] } | { kind: 'answer'; answer: DoorAnswer };

async function begin(call: DoorCall, joinWithinMs?: number): Promise<Started> {
  const read = await readCall(call);
  const drop = async (answer: DoorAnswer): Promise<Started> => {
    await dropUploads(call, read.uploads);
    return { kind: 'answer', answer };
  };
  if (!read.ok) return drop(refused(read.refusal));
  const ordered = await call.order({
    order: read.order,
    asked: read.asked,
    words: { model: String(call.request.headers['ai-model-id']) },
    ...(joinWithinMs === undefined ? {} : { joinWithinMs }),
  });
  if (ordered.kind === 'refused') return drop(refused(ordered.refusal));
  if (ordered.replayed) await dropUploads(call, read.uploads);
  return { kind: 'started', id: ordered.task.id, warnings: read.warnings };
}

async function generate(call: DoorCall): Promise<DoorAnswer> {
  const started = await begin(call, LONGEST_RENDER_MS);
  if (started.kind === 'answer') return started.answer;
  call.reply.headers({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  call.reply.send(Readable.from(result(call, started.id, started.warnings)));
  return { kind: 'sent' };
}

async function* result(call: DoorCall, id: string, warnings: Warning[]): AsyncGenerator<string> {
  yield ': ordered\n\n';
  for (;;) {
    const found = await untilEnded(call, id, HEARTBEAT_MS);
    if (found?.task.finished_at) {
      yield `data: ${JSON.stringify(eventOf(found, warnings))}\n\n`;
      return;
    }
    if (found === null || call.context.draining.aborted || call.request.raw.socket.destroyed) break;
    yield ': rendering\n\n';
  }
  // Ended without an event, so that the client asks again and is joined to this task.
  call.reply.raw.destroy();
}

function eventOf(found: DoorTask, warnings: Warning[]) {
  const clips = clipsOf(found);
  if (clips.length > 0) {
    return { type: 'result', videos: clips, warnings, providerMetadata: metadataOf(found) };
  }
  // 4xx: the render is over, and the AI SDK would order another one after a 5xx.
  return {
    type: 'error',
    message: failureOf(found),
    errorType: 'failed_dependency',
    statusCode: 424,
    param: null,
  };
}

async function start(call: DoorCall): Promise<DoorAnswer> {
  const started = await begin(call);
  if (started.kind === 'answer') return started.answer;
  const { id, warnings } = started;
  const providerMetadata = { sluice: { taskId: id } };
  return answered({ operation: { taskId: id }, warnings, providerMetadata });
}

const Status = z.object({ operation: z.object({ taskId: z.string().max(100) }) });

async function status(call: DoorCall): Promise<DoorAnswer> {
  const parsed = parseFields(Status, call.body ?? {});
  if (!parsed.ok) return refused(parsed.refusal);
  const found = await findTask(call, parsed.value.operation.taskId);
  if (!found) return refused({ code: 'not_found' });
  const providerMetadata = metadataOf(found);
  switch (found.task.status) {
    case 'pending':
    case 'processing':
      return answered({ status: 'pending', warnings: [], providerMetadata });
    case 'completed':
      return answered({ status: 'completed', videos: clipsOf(found), warnings: [], providerMetadata });
    case 'failed':
      return answered({ status: 'error', error: failureOf(found), providerMetadata });
    case 'cancelled':
      return answered({ status: 'cancelled', providerMetadata });
  }
}

async function config(call: DoorCall): Promise<DoorAnswer> {
  const models = call.context.catalogue.models.map(({ id, name, description }) => ({
    id,
    name,
    description,
    specification: { specificationVersion: 'v3', provider: 'sluice', modelId: id },
    modelType: 'video',
  }));
  return answered({ models });
}

function clipsOf({ task }: DoorTask) {
  if (task.status !== 'completed') return [];
  const clips = task.assets.filter(({ kind }) => kind === 'video');
  return clips.map(({ url, content_type: mediaType }) => ({ type: 'url', url, mediaType }));
}

function metadataOf({ task }: DoorTask) {
  const { id: taskId, progress, charge, path } = task;
  return { sluice: { taskId, progress, charge: charge?.amount ?? null, path } };
}

function failureOf({ task }: DoorTask): string {
  if (task.error === null) return `${task.id}: ${task.status}`;
  return `${task.id}: ${task.error.code}: ${task.error.message}`;
}
