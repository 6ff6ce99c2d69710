/** Creating a prediction: who may, what is read of it, and what will become of it. */
import type { EmulatorReply } from '../exchange.ts';
import { type AnswerFault, underFault } from '../jobs/faults.ts';
import { examine, frameOf } from '../jobs/frames.ts';
import { isObject, type Json, type JsonObject, readJson } from '../json.ts';
import { type ReplicateAccount, throttled } from './account.ts';
import { hasModel, type ReplicateOrder, readInput } from './models.ts';
import { type Order, type Prediction, shown } from './prediction.ts';
import { announceEnd, answer, type Call, notFound, type World } from './world.ts';

const moderated = {
  code: 'flagged',
  message: 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)',
};

/** The length of an edited video that nobody looked at. */
const assumedVideoSeconds = 5;

export async function create(
  world: World,
  account: ReplicateAccount,
  modelInPath: string | null,
  call: Call,
): Promise<EmulatorReply> {
  const now = world.options.clock.now();
  const fault = world.faults.take('create');
  if (fault !== null && !('accept' in fault && fault.accept === true) && fault.do !== 'slow') {
    return underFault(fault, notFound, notFound);
  }
  if (account.credit === 'none') {
    const detail = 'You have insufficient credit to run this model. Purchase credit, then try again.';
    return answer(402, { title: 'Insufficient credit', detail, status: 402 });
  }
  const slow = throttled(account, 'create', now);
  if (slow !== null) return answer(429, slow, { 'retry-after': String(slow.retry_after) });
  const body = readJson(new TextDecoder().decode(call.request.body));
  if (!isObject(body)) return answer(400, { detail: 'The request body is not JSON.', status: 400 });
  const model = modelInPath ?? (typeof body.version === 'string' ? body.version : '');
  if (!hasModel(model)) return notFound();
  const input = isObject(body.input) ? body.input : {};
  const read = readInput(model, input);
  if (!read.ok) {
    const detail = read.invalid.map(({ field, description }) => `- ${field}: ${description}\n`).join('');
    const fields = read.invalid.map((one) => ({ ...one }));
    return answer(422, { title: 'Input validation failed', detail, status: 422, invalid_fields: fields });
  }
  const detail = orderOf(model, input, body, deadlineOf(call.request.headers['cancel-after'], now));
  const job = await take(world, account, detail, read.order);
  return spoilt(fault, answer(201, shown(job, now, world.addresses, { webhook: true, counted: false })));
}

/** The prediction exists by now; only its answer goes wrong. */
function spoilt(fault: AnswerFault | null, good: EmulatorReply): EmulatorReply {
  const without = fault !== null && 'accept' in fault ? { ...fault, accept: false } : fault;
  return underFault(
    without,
    () => good,
    () => good,
  );
}

function orderOf(model: string, input: JsonObject, body: JsonObject, deadlineAt: number | null): Order {
  const webhook = typeof body.webhook === 'string' ? body.webhook : null;
  const given: Json = body.webhook_events_filter ?? ['start', 'output', 'logs', 'completed'];
  const events = Array.isArray(given) ? given.filter((event) => typeof event === 'string') : [];
  return { model, input, webhook, events, deadlineAt };
}

async function take(
  world: World,
  account: ReplicateAccount,
  detail: Order,
  order: ReplicateOrder,
): Promise<Prediction> {
  const facts = await examine(order.inputs, world.options.fetchInput ?? null);
  const job = world.book.take({
    account: account.name,
    detail,
    prompt: order.prompt,
    clip: {
      ...frameOf(order.tier, order.aspect, order.seconds === null ? facts.video : facts.picture),
      sound: order.sound,
      still: world.options.still ?? false,
    },
    seconds: order.seconds ?? facts.video?.seconds ?? assumedVideoSeconds,
    failure:
      facts.unreadable === null
        ? null
        : { code: 'input', message: `Prediction failed: could not read the file at ${facts.unreadable}` },
    moderated,
    deadlineAt: detail.deadlineAt,
  });
  const { name } = account;
  world.accepted({
    at: job.createdAt,
    account: name,
    id: job.id,
    model: detail.model,
    callbackUrl: detail.webhook,
  });
  announceStart(world, job);
  announceEnd(world, job);
  return job;
}

/** Intermediate events are sent once, whatever becomes of them. */
function announceStart(world: World, job: Prediction): void {
  const { webhook, events } = job.detail;
  if (webhook === null || !events.includes('start')) return;
  const at = job.startsAt;
  world.callbacks.plan({
    id: `${job.id}-start`,
    url: webhook,
    dueAt: at + (world.options.timing?.callbackMs ?? 0),
    repeated: false,
    body: () =>
      job.stopped !== null && job.stopped.at <= at
        ? null
        : shown(job, at, world.addresses, { webhook: true, counted: false }),
  });
}

/** `Cancel-After`: 90, 90s, 5m, 1h30m. */
function deadlineOf(header: string | undefined, now: number): number | null {
  const plain = /^\d+$/.exec(header ?? '');
  if (plain) return now + Number(header) * 1000;
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(header ?? '');
  if (!header || !parts) return null;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return now + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
