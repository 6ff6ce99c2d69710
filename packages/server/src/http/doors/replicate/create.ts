/** Create, by the model in the path, or `version` or `model` in the body; answers at once, or as `Prefer` says. */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import { parseFields } from '../../fields.ts';
import { linkBase } from '../../links.ts';
import { answered, type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { untilEnded } from '../wait.ts';
import { Input, orderOf } from './order.ts';
import { predictionOf } from './reply.ts';

/** `stream` and the like change nothing about the clip, so they are left alone. */
const Create = z.object({
  version: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  input: z.record(z.string(), z.unknown()),
  webhook: z.url().max(2048).optional(),
  webhook_events_filter: z.array(z.enum(['start', 'output', 'logs', 'completed'])).optional(),
});
type Create = z.infer<typeof Create>;

export async function createPrediction(call: DoorCall): Promise<DoorAnswer> {
  const parsed = parseFields(Create, call.body ?? {});
  if (!parsed.ok) return refused(parsed.refusal);
  const create = parsed.value;
  const { owner, name } = call.params;
  const wanted = owner === undefined ? (create.version ?? create.model ?? '') : `${owner}/${name}`;
  const model = modelOf(call, wanted);
  if (!model) return refused({ code: 'unknown_model', field: 'model' });
  const input = parseFields(Input, create.input);
  return input.ok ? orderPrediction(call, create, model, input.value) : refused(input.refusal);
}

/** `owner/name`, or `owner/name:version`; what stands behind a version alone nobody can know here. */
function modelOf(call: DoorCall, wanted: string): DoorModel | null {
  const name = wanted.split(':')[0] ?? '';
  return call.context.catalogue.door('replicate').models.find((model) => model.name === name) ?? null;
}

async function orderPrediction(
  call: DoorCall,
  create: Create,
  model: DoorModel,
  input: Input,
): Promise<DoorAnswer> {
  const deadline = deadlineOf(call);
  if (!deadline.ok) return refused(deadline.refusal);
  const read = await orderOf(call, model, input);
  const dropped = async (answer: DoorAnswer): Promise<DoorAnswer> => {
    await dropUploads(call, read.uploads);
    return answer;
  };
  if (!read.ok) return dropped(refused(read.refusal));
  const { webhook, webhook_events_filter: events } = create;
  const order: CreateGeneration = {
    ...read.order,
    ...deadline.told,
    ...(webhook === undefined ? {} : { callback_url: webhook }),
  };
  const words = {
    model: model.name,
    input: read.shown,
    ...(webhook === undefined ? {} : { webhook, told: toldOf(create) }),
  };
  const asked = { model: model.name, input: read.repeated, webhook, events, ...deadline.told };
  const ordered = await call.order({ order, asked, words });
  if (ordered.kind === 'refused') return dropped(refused(ordered.refusal));
  if (ordered.replayed) await dropUploads(call, read.uploads);
  const base = linkBase(call.context.settings, call.request);
  const waited = await waitFor(call, ordered.task.id);
  const prediction = predictionOf(waited ?? { task: ordered.task, words }, base);
  // The client takes anything but `starting` for the end of its wait.
  const status = prediction.status === 'processing' ? 'starting' : prediction.status;
  return answered({ ...prediction, status }, 201);
}

/** Without a filter everything is told. There is no output before the end, and there are no logs. */
function toldOf({ webhook_events_filter: events }: Create): { start: boolean; end: boolean } {
  const wants = (event: 'start' | 'completed') => events?.includes(event) ?? true;
  return { start: wants('start'), end: wants('completed') };
}

const WAIT_MOST_SECONDS = 60;

async function waitFor(call: DoorCall, id: string) {
  const prefer = String(call.request.headers.prefer ?? '');
  const [, wait, seconds] = /(?:^|[,;\s])(wait)(?:=(\d{1,4}))?(?:$|[,;\s])/.exec(prefer) ?? [];
  if (wait === undefined) return null;
  const patience = Math.min(WAIT_MOST_SECONDS, Math.max(1, Number(seconds ?? WAIT_MOST_SECONDS)));
  return untilEnded(call, id, patience * 1000);
}

type Deadline = { ok: true; told: Pick<CreateGeneration, 'start_by'> } | { ok: false; refusal: Refusal };

const LEAST_SECONDS = 5;

/** `Cancel-After: 90`, `90s`, `5m`, `1h30m`: not begun by then, it ends unpaid. */
function deadlineOf({ context, request }: DoorCall): Deadline {
  const given = request.headers['cancel-after'];
  if (given === undefined) return { ok: true, told: {} };
  const seconds = secondsOf(String(given).trim());
  if (seconds === null || seconds < LEAST_SECONDS) {
    const message = 'Cancel-After: a time of at least 5 s is wanted, such as 90s or 5m.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'webhook', message } };
  }
  return { ok: true, told: { start_by: new Date(context.clock.now() + seconds * 1000).toISOString() } };
}

function secondsOf(text: string): number | null {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const parts = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (text === '' || !parts) return null;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (hours * 60 + minutes) * 60 + seconds;
}
