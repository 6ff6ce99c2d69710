/**
 * Ordering through Kling's API. An external id names the order in the whole account: the same id never orders twice,
 * whichever key sends it, and says so in Kling's words when it comes with another body. Without one, the rule about
 * lost answers holds.
 */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import type { DoorModel } from '../../../catalogue/doors.ts';
import { answered, type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { type AskedRead, type Placed, place } from './asked.ts';
import { readCurrent } from './current.ts';
import { readLegacy } from './legacy.ts';
import { currentCreated, envelope, type Generation, legacyCreated } from './reply.ts';

export function createCurrent(kind: string): (call: DoorCall) => Promise<DoorAnswer> {
  return (call) => {
    const name = `${kind}/${call.params.model ?? ''}`;
    return create(call, 'current', name, (named) => readCurrent(kind, named, call.body ?? {}));
  };
}

/** What a kind takes where no `model_name` is given. */
const DEFAULT_MODEL: Readonly<Record<string, string>> = {
  'omni-video': 'kling-video-o1',
  'motion-control': 'kling-v2-6',
};

export function createLegacy(kind: string): (call: DoorCall) => Promise<DoorAnswer> {
  return (call) => {
    const body = typeof call.body === 'object' && call.body !== null ? call.body : {};
    const model = 'model_name' in body ? String(body.model_name) : (DEFAULT_MODEL[kind] ?? 'kling-v3');
    return create(call, 'legacy', `v1/${kind}/${model}`, (named) => readLegacy(kind, named, body));
  };
}

async function create(
  call: DoorCall,
  generation: Generation,
  name: string,
  read: (named: DoorModel) => AskedRead,
): Promise<DoorAnswer> {
  const named = call.context.catalogue.door('kling').models.find((model) => model.name === name);
  if (!named) return refused({ code: 'unknown_model', message: `There is no ${name} here.` });
  const asked = read(named);
  if (!asked.ok) return refused(asked.refusal);
  if (asked.asked.watermark) {
    const message = 'No watermarked copy is made here; leave it out.';
    return refused({ code: 'invalid_input', field: 'watermark_info', message });
  }
  const { externalId } = asked.asked;
  const placed = await place(call, named, asked.asked);
  if (!placed.ok) return dropped(call, placed, refused(placed.refusal));
  const words = {
    generation,
    ...(externalId === undefined ? {} : { external_task_id: externalId }),
  };
  const ordered = await call.order({
    order: placed.order,
    asked: { name, order: withoutMedia(placed.order), media: placed.digest, words },
    words,
    ...(externalId === undefined ? {} : { requestKey: `kling/external_task_id/${externalId}` }),
  });
  if (ordered.kind === 'refused') {
    const other = ordered.refusal.code === 'idempotency_mismatch' && externalId !== undefined;
    return dropped(call, placed, refused(other ? alreadyThere(externalId) : ordered.refusal));
  }
  const created = generation === 'current' ? currentCreated : legacyCreated;
  const answer = answered(envelope(created({ task: ordered.task, words }), call.request.id));
  return ordered.replayed ? dropped(call, placed, answer) : answer;
}

function alreadyThere(externalId: string): Refusal {
  return { code: 'conflict', message: `External_task_id ${externalId} already exists` };
}

function withoutMedia(order: CreateGeneration): Partial<CreateGeneration> {
  const { image_start: _start, image_end: _end, image_urls: _pictures, video_urls: _videos, ...rest } = order;
  return rest;
}

async function dropped(call: DoorCall, { uploads }: Placed, answer: DoorAnswer): Promise<DoorAnswer> {
  await dropUploads(call, uploads);
  return answer;
}
