/** `sluice.tasks` and `sluice.events`: order, read, cancel, follow and await clips. */
import { type FollowOptions, follow } from './follow.ts';
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Activity,
  ActivityQuery,
  CancelResult,
  CreateGeneration,
  ExportTasksQuery,
  ListTasksQuery,
  Page,
  StreamedEvent,
  Task,
  TaskBatch,
  TaskPage,
  Timeline,
  UpstreamExchange,
} from './types.ts';
import { hasEnded, type WaitOptions, waitForTask } from './wait.ts';

const TERMINAL = new Set<string>(['task.completed', 'task.failed', 'task.cancelled']);

export type Tasks = ReturnType<typeof tasksGroup>;

export function tasksGroup(transport: Transport) {
  const get = (id: string, options?: CallOptions): Promise<Task> =>
    transport.json({ route: routes.getTask, id }, options);

  const list = (query: ListTasksQuery = {}, options?: CallOptions): Promise<TaskPage> =>
    transport.json({ route: routes.listTasks, query }, options);

  const create = (order: CreateGeneration, options?: CallOptions): Promise<Task> =>
    transport.json({ route: routes.createGeneration, body: order }, options);

  const stream = (id: string, options: FollowOptions = {}): AsyncGenerator<StreamedEvent, void, undefined> =>
    followTask(transport, get, id, options);

  const wait = (id: string, options: WaitOptions = {}): Promise<Task> =>
    waitForTask(
      { read: (taskId, signal) => get(taskId, { signal }), follow: stream, clock: transport.clock },
      id,
      options,
    );

  return {
    /** Orders a clip. Repeated on a lost answer under one Idempotency-Key, so never ordered twice. */
    create,
    /** Orders many clips, all or nothing. */
    batch: (orders: CreateGeneration[], options?: CallOptions): Promise<TaskBatch> =>
      transport.json({ route: routes.createBatch, body: { tasks: orders } }, options),
    /** One page, newest first. */
    list,
    /** All pages: `for await (const task of sluice.tasks.all({ status: 'failed' }))`. */
    all: (query: Omit<ListTasksQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Task> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    /** The tasks of a list as CSV, as a stream of UTF-8 bytes. */
    export: async (
      query: ExportTasksQuery = {},
      options?: CallOptions,
    ): Promise<ReadableStream<Uint8Array>> => {
      const response = await transport.open(
        { route: routes.exportTasks, query, accept: 'text/csv' },
        options,
      );
      return response.body ?? new Blob([]).stream();
    },
    get,
    cancel: (id: string, options?: CallOptions): Promise<CancelResult> =>
      transport.json({ route: routes.cancelTask, id }, options),
    /** Everything that happened to a task, in order. */
    timeline: (id: string, options?: CallOptions): Promise<Timeline> =>
      transport.json({ route: routes.getTimeline, id }, options),
    /** The raw requests by which it was submitted, without secrets. Operators only. */
    exchanges: (id: string, options?: CallOptions): Promise<Page<UpstreamExchange>> =>
      transport.json({ route: routes.listExchanges, id }, options),
    /** The order behind it, every choice written out, to be changed and sent again. */
    order: (id: string, options?: CallOptions): Promise<CreateGeneration> =>
      transport.json({ route: routes.getTaskOrder, id }, options),
    /** Events of one task; ends after the event that ends the task. */
    stream,
    /** Resolves at the end of the task, whatever that end is: look at `status`. */
    wait,
    createAndWait: async (
      order: CreateGeneration,
      options: WaitOptions & Pick<CallOptions, 'idempotencyKey'> = {},
    ): Promise<Task> => {
      const { signal, idempotencyKey } = options;
      const task = await create(order, { signal, idempotencyKey });
      options.onProgress?.(task);
      return hasEnded(task) ? task : wait(task.id, options);
    },
  };
}

async function* followTask(
  transport: Transport,
  get: (id: string, options?: CallOptions) => Promise<Task>,
  id: string,
  options: FollowOptions,
): AsyncGenerator<StreamedEvent, void, undefined> {
  // The gateway ends the stream after the terminal event. When we had seen that event before (resumed
  // after it) or did not ask for its type, no such event comes: then the task says whether to go on, and
  // one more connection drains what was written between its last look and ours.
  let drained = false;
  const onEnd = async (): Promise<boolean> => {
    if (drained) return false;
    drained = hasEnded(await get(id, { signal: options.signal }));
    return true;
  };
  const call = { route: routes.streamTaskEvents, id };
  for await (const event of follow(transport, call, options, onEnd)) {
    yield event;
    if (TERMINAL.has(event.type)) return;
  }
}

export type Events = ReturnType<typeof eventsGroup>;

export function eventsGroup(transport: Transport) {
  return {
    /** Everything of the account, for as long as you listen. Without `lastEventId` it starts now. */
    stream: (options: FollowOptions = {}): AsyncGenerator<StreamedEvent, void, undefined> =>
      follow(transport, { route: routes.streamEvents }, options, async () => true),
  };
}

export function activityGroup(transport: Transport) {
  return {
    /** Tasks of the last hours: how many, how they ended, how long they took; in all and by model. */
    get: (query: ActivityQuery = {}, options?: CallOptions): Promise<Activity> =>
      transport.json({ route: routes.getActivity, query }, options),
  };
}
