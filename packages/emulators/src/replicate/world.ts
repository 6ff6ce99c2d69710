/** Everything that one emulated Replicate holds, handed to each route, and the shape of its answers. */
import { type EmulatorAnswer, type EmulatorRequest, textAnswer } from '../exchange.ts';
import type { JobBook } from '../jobs/book.ts';
import type { CallbackDesk } from '../jobs/callbacks.ts';
import type { JobFaults } from '../jobs/faults.ts';
import type { JobAccept, JobOptions } from '../jobs/served.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { ClipMaker } from '../media/clip.ts';
import type { ReplicateAccount, ReplicateAccountOptions } from './account.ts';
import { type Addresses, type Order, type Prediction, shown } from './prediction.ts';

export type ReplicateOptions = JobOptions & {
  accounts: ReplicateAccountOptions[];
  /** Where the API stands, as its own links name it; by default under `publicUrl`. */
  apiUrl?: string;
  /** Whether answers repeat the webhook of a prediction. Its client's types say so; not confirmed. */
  showsWebhook?: boolean;
};

export type World = {
  options: ReplicateOptions;
  book: JobBook<Order>;
  faults: JobFaults;
  callbacks: CallbackDesk;
  accounts: readonly ReplicateAccount[];
  addresses: Addresses;
  clips: ClipMaker;
  accepted(accept: JobAccept): void;
};

export type Call = { request: EmulatorRequest; path: string; query: URLSearchParams };

/** Foresees the end of a job; a cancel in between makes it untrue. */
export function announceEnd(world: World, job: Prediction): void {
  const { webhook, events } = job.detail;
  const end = job.stopped?.at ?? job.endsAt;
  if (webhook === null || end === null || !events.includes('completed')) return;
  world.callbacks.plan({
    id: `${job.id}-completed`,
    url: webhook,
    dueAt: end + (world.options.timing?.callbackMs ?? 0),
    repeated: true,
    body: () =>
      (job.stopped?.at ?? job.endsAt) === end
        ? shown(job, end, world.addresses, { webhook: true, counted: false })
        : null,
  });
}

export function notFound(): EmulatorAnswer {
  return answer(404, { detail: 'The requested resource could not be found.', status: 404 });
}

export function answer(
  status: number,
  body: JsonObject,
  headers: Record<string, string> = {},
): EmulatorAnswer {
  const plain = textAnswer(status, 'application/json', writeJson(body));
  return { ...plain, headers: { ...plain.headers, ...headers } };
}
