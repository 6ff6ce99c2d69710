/** Submit: the endpoint is the path, its input the body, `fal_webhook` the query. */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { parseFields } from '../../fields.ts';
import { linkBase } from '../../links.ts';
import { type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { Input, orderOf } from './order.ts';
import { addressesOf, queuedOf } from './reply.ts';

export async function submitRequest(call: DoorCall): Promise<DoorAnswer> {
  const endpoint = (call.params['*'] ?? '').replace(/\/$/, '');
  const model = call.context.catalogue.door('fal').models.find(({ name }) => name === endpoint);
  if (!model) {
    const message = `Application ${JSON.stringify(endpoint.slice(0, 200))} not found`;
    return refused({ code: 'unknown_model', field: 'model', message });
  }
  const input = parseFields(Input, call.body ?? {});
  if (!input.ok) return refused(input.refusal);
  const wishes = wishesOf(call);
  if (!wishes.ok) return refused(wishes.refusal);
  const read = await orderOf(call, model, input.value);
  if (!read.ok) {
    await dropUploads(call, read.uploads);
    return refused(read.refusal);
  }
  const order: CreateGeneration = { ...read.order, ...wishes.told };
  const asked = { endpoint, input: read.repeated, ...wishes.asked };
  const ordered = await call.order({ order, asked, words: { endpoint } });
  if (ordered.kind === 'refused' || ordered.replayed) await dropUploads(call, read.uploads);
  if (ordered.kind === 'refused') return refused(ordered.refusal);
  const root = endpoint.split('/').slice(0, 2).join('/');
  const { task } = ordered;
  const addresses = addressesOf(linkBase(call.context.settings, call.request), root, task.id);
  const gateway = call.query.fal_webhook === undefined ? {} : { gateway_request_id: task.id };
  const headers = { 'x-fal-request-id': task.id };
  return { kind: 'answered', status: 200, body: { ...queuedOf(task, addresses), ...gateway }, headers };
}

type Wishes =
  | { ok: true; told: Partial<CreateGeneration>; asked: Record<string, unknown> }
  | { ok: false; refusal: Refusal };

/** Headers about how it runs. The others that fal knows (a runner, how long it keeps files) mean nothing here. */
function wishesOf({ context, request, query }: DoorCall): Wishes {
  const { headers } = request;
  const timeout = headers['x-fal-request-timeout'];
  const seconds = timeout === undefined ? null : Number(timeout);
  if (seconds !== null && !(seconds > 0 && seconds < 1_000_000)) {
    const message = 'x-fal-request-timeout: a number of seconds is wanted.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'x-fal-request-timeout', message } };
  }
  const low = headers['x-fal-queue-priority'] === 'low';
  const noRetry = headers['x-fal-no-retry'] !== undefined && headers['x-fal-no-retry'] !== '0';
  const webhook = query.fal_webhook;
  if (webhook !== undefined && !URL.canParse(webhook)) {
    const message = 'fal_webhook: not an address.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'callback_url', message } };
  }
  return {
    ok: true,
    told: {
      ...(seconds === null ? {} : { start_by: new Date(context.clock.now() + seconds * 1000).toISOString() }),
      ...(low ? { priority: 'low' } : {}),
      ...(noRetry ? { routing: { rerun: false } } : {}),
      ...(webhook === undefined ? {} : { callback_url: webhook }),
    },
    asked: { seconds, low, noRetry, webhook },
  };
}
