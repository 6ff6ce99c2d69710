/**
 * A model of the gateway as a video model of the AI SDK. It calls itself `v3`, which version 6 of `ai` asks for;
 * version 7 reads such a model as its own `v4` and finds `doStart`, `doStatus` and `handleWebhookOption` on it, as
 * described there (`@ai-sdk/provider` 4.0.38, VideoModelV4).
 *
 * Died in the middle of doGenerate: the tasks go on and are charged; they are in GET /v1/tasks. A lost answer to the
 * order: the client repeats it under one Idempotency-Key, so it stays one order. With doStart nothing is lost at all:
 * the operation is the ids, and the key is the caller's or the core's.
 */
import type {
  Experimental_VideoModelV3CallOptions as CallOptions,
  JSONValue,
  SharedV3ProviderMetadata as ProviderMetadata,
  Experimental_VideoModelV3VideoData as VideoData,
  Experimental_VideoModelV3 as VideoModelV3,
  SharedV3Warning as Warning,
} from '@ai-sdk/provider';
import { hasEnded, type Sluice, type Task } from '@sluice/sdk';
import { callError, renderError } from './failures.ts';
import { orderOf, type Uploader } from './order.ts';
import { failureOf, videosOf } from './videos.ts';

export type ModelSurroundings = {
  client: Sluice;
  deliver: 'bytes' | 'links';
  cancelOnAbort: boolean;
  now: () => number;
};

type ResponseFacts = { timestamp: Date; modelId: string; headers: undefined };

export type StartResult = {
  operation: JSONValue;
  warnings: Warning[];
  providerMetadata: ProviderMetadata;
  response: ResponseFacts;
};

export type StatusResult =
  | { status: 'pending'; providerMetadata: ProviderMetadata; response: ResponseFacts }
  | {
      status: 'completed';
      videos: VideoData[];
      warnings: Warning[];
      providerMetadata: ProviderMetadata;
      response: ResponseFacts;
    }
  | { status: 'error'; error: string; providerMetadata: ProviderMetadata; response: ResponseFacts };

type Headers = Record<string, string | undefined> | undefined;
type Notice = { headers: Record<string, string>; body: JSONValue };
type Factory = () => PromiseLike<{ url: string; received: PromiseLike<Notice> }>;

/** Both specifications at once: v3 by name, v4 by what it can. */
export type SluiceVideoModel = VideoModelV3 & {
  doStart(options: CallOptions & { webhookUrl?: string }): Promise<StartResult>;
  doStatus(options: {
    operation: JSONValue;
    abortSignal?: AbortSignal;
    headers?: Headers;
  }): Promise<StatusResult>;
  handleWebhookOption(options: {
    webhook: Factory;
  }): Promise<{ webhookUrl: string; received: PromiseLike<Notice> }>;
};

/** What one request may order, all or nothing (POST /v1/tasks/batch). */
const VIDEOS_MOST = 100;
const WHERE = '/v1/videos/generations';

export function createVideoModel(modelId: string, around: ModelSurroundings): SluiceVideoModel {
  const { client } = around;
  const response = (): ResponseFacts => ({ timestamp: new Date(around.now()), modelId, headers: undefined });

  async function order(options: CallOptions, webhookUrl?: string) {
    const wish = await orderOf(modelId, options, uploader(client, options.abortSignal));
    const asked = webhookUrl === undefined ? wish.order : { ...wish.order, callback_url: webhookUrl };
    const call = { signal: options.abortSignal, idempotencyKey: keyOf(options.headers) };
    try {
      const tasks = await ordered(client, asked, options.n, call);
      return { tasks, asked, warnings: wish.warnings };
    } catch (error) {
      throw callError(error, WHERE, asked);
    }
  }

  return {
    specificationVersion: 'v3',
    provider: 'sluice.video',
    modelId,
    // All clips of a call in one order, so that one key covers them all.
    maxVideosPerCall: VIDEOS_MOST,
    doGenerate: async (options) => {
      const { tasks, asked, warnings } = await order(options);
      const ended = await ends(around, tasks, options.abortSignal).catch((error: unknown) => {
        throw callError(error, WHERE, asked);
      });
      const found = await videosOf(client, around.deliver, ended, options.abortSignal);
      if (!found) throw renderError(ended.map(failureOf).join('; '), WHERE, asked);
      return { ...found, warnings: [...warnings, ...found.warnings], response: response() };
    },
    doStart: async ({ webhookUrl, ...options }) => {
      const { tasks, warnings } = await order(options, webhookUrl);
      const taskIds = tasks.map(({ id }) => id);
      return {
        operation: { taskIds, notified: webhookUrl !== undefined },
        warnings,
        providerMetadata: { sluice: { taskIds } },
        response: response(),
      };
    },
    doStatus: async ({ operation, abortSignal }) => {
      const { taskIds, notified } = readOperation(operation);
      // The first of several notices comes when the others still render; the core asks only once after it.
      const whole = notified && taskIds.length > 1;
      const tasks = await Promise.all(
        taskIds.map((id) =>
          whole
            ? client.tasks.wait(id, { signal: abortSignal })
            : client.tasks.get(id, { signal: abortSignal }),
        ),
      ).catch((error: unknown) => {
        throw callError(error, '/v1/tasks/{id}', { taskIds });
      });
      const providerMetadata = { sluice: { taskIds, progress: tasks.map(({ progress }) => progress) } };
      if (!tasks.every(hasEnded)) return { status: 'pending', providerMetadata, response: response() };
      const found = await videosOf(client, around.deliver, tasks, abortSignal);
      if (found) return { status: 'completed', ...found, response: response() };
      const error = tasks.map(failureOf).join('; ');
      return { status: 'error', error, providerMetadata, response: response() };
    },
    // Our callbacks go to the address that the caller's factory made, as they are: Standard Webhooks, signed.
    handleWebhookOption: async ({ webhook }) => {
      const { url, received } = await webhook();
      return { webhookUrl: url, received };
    },
  };
}

async function ordered(
  client: ModelSurroundings['client'],
  asked: Parameters<ModelSurroundings['client']['tasks']['create']>[0],
  times: number,
  call: Parameters<ModelSurroundings['client']['tasks']['create']>[1],
) {
  if (times <= 1) return [await client.tasks.create(asked, call)];
  const orders = Array.from({ length: times }, () => asked);
  return (await client.tasks.batch(orders, call)).data;
}

/** Waits for all of them. Aborted: what can still be cancelled is, and nobody waits for that. */
async function ends(
  { client, cancelOnAbort }: ModelSurroundings,
  tasks: readonly Task[],
  signal: AbortSignal | undefined,
): Promise<Task[]> {
  try {
    return await Promise.all(tasks.map(({ id }) => client.tasks.wait(id, { signal })));
  } catch (error) {
    if (signal?.aborted && cancelOnAbort) {
      for (const { id } of tasks) client.tasks.cancel(id).catch(() => {});
    }
    throw error;
  }
}

function uploader(client: Sluice, signal: AbortSignal | undefined): Uploader {
  return async ({ data, mediaType }) => {
    const bytes = typeof data === 'string' ? Uint8Array.from(atob(data), (char) => char.charCodeAt(0)) : data;
    const known = mediaType === 'image/*' || mediaType === '' ? undefined : mediaType;
    const options = { signal, ...(known === undefined ? {} : { contentType: known }) };
    try {
      const { id } = await client.files.upload(bytes, options);
      return `file:${id}`;
    } catch (error) {
      throw callError(error, '/v1/files', { mediaType, bytes: bytes.length });
    }
  };
}

/** The caller's own, or the one that version 7 of the core makes for each start. */
function keyOf(headers: Headers): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];
}

function readOperation(operation: JSONValue): { taskIds: string[]; notified: boolean } {
  const given = typeof operation === 'object' && !Array.isArray(operation) ? operation : null;
  const taskIds = Array.isArray(given?.taskIds) ? given.taskIds.map(String) : [];
  if (taskIds.length === 0) throw new TypeError('not an operation of this provider: it has no taskIds');
  return { taskIds, notified: given?.notified === true };
}
