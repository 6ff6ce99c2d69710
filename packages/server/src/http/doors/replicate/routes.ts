/** The routes of `/replicate/v1`. */
import { z } from 'zod';
import { cancelTask } from '../../../lifecycle/cancel.ts';
import { callbackSecret } from '../../../lifecycle/operate/webhooks.ts';
import { cursorOf, readIdCursor } from '../../cursor.ts';
import { parseFields } from '../../fields.ts';
import { linkBase } from '../../links.ts';
import { answered, type DoorAnswer, type DoorCall, type DoorRoute, missing, refused } from '../door.ts';
import { findTask, listTasks } from '../tasks.ts';
import { createPrediction } from './create.ts';
import { deleteUpload, getUpload, upload } from './files.ts';
import { predictionOf } from './reply.ts';

const ROOT = '/replicate/v1';
const write = { access: 'tasks:write' } as const;
const read = { access: 'tasks:read', method: 'GET' } as const;
const create = { ...write, name: 'create', method: 'POST', body: 'json', creates: true } as const;

export const replicateRoutes: readonly DoorRoute[] = [
  { ...create, path: `${ROOT}/models/{owner}/{name}/predictions`, handle: createPrediction },
  { ...create, path: `${ROOT}/predictions`, handle: createPrediction },
  { ...read, name: 'list', path: `${ROOT}/predictions`, handle: listPredictions },
  { ...read, name: 'get', path: `${ROOT}/predictions/{id}`, handle: getPrediction },
  {
    ...write,
    name: 'cancel',
    method: 'POST',
    path: `${ROOT}/predictions/{id}/cancel`,
    body: 'json',
    handle: cancelPrediction,
  },
  { ...write, name: 'upload', method: 'POST', path: `${ROOT}/files`, body: 'form', handle: upload },
  { ...read, name: 'file', path: `${ROOT}/files/{id}`, handle: getUpload },
  { ...write, name: 'delete_file', method: 'DELETE', path: `${ROOT}/files/{id}`, handle: deleteUpload },
  { ...read, name: 'secret', path: `${ROOT}/webhooks/default/secret`, handle: secret },
  { ...read, name: 'account', path: `${ROOT}/account`, handle: account },
];

async function getPrediction(call: DoorCall): Promise<DoorAnswer> {
  const found = await findTask(call, call.params.id ?? '');
  return found ? answered(predictionOf(found, linkBase(call.context.settings, call.request))) : missing;
}

/** As there, whatever can no longer be cancelled is answered as it is. */
async function cancelPrediction(call: DoorCall): Promise<DoorAnswer> {
  const id = call.params.id ?? '';
  if (!(await findTask(call, id))) return missing;
  await cancelTask(call.context, call.accountId, id);
  return getPrediction(call);
}

const Instant = z.iso.datetime({ offset: true }).optional();
const List = z.object({
  cursor: z.string().max(200).optional(),
  created_after: Instant,
  created_before: Instant,
});
const PAGE = 100;

async function listPredictions(call: DoorCall): Promise<DoorAnswer> {
  const asked = parseFields(List, call.query);
  if (!asked.ok) return refused(asked.refusal);
  const { cursor, created_after: after, created_before: before } = asked.value;
  const from = readIdCursor(cursor);
  if (!from.ok) return refused(from.refusal);
  const found = await listTasks(call, {
    direction: 'newest_first',
    behind: from.before,
    most: PAGE + 1,
    createdFromMs: after === undefined ? null : Date.parse(after),
    createdUntilMs: before === undefined ? null : Date.parse(before),
  });
  const base = linkBase(call.context.settings, call.request);
  const shown = found.slice(0, PAGE);
  const last = shown.at(-1);
  const more = found.length > PAGE && last !== undefined;
  const next = new URLSearchParams(call.query);
  if (more) next.set('cursor', cursorOf(last.task.id));
  return answered({
    previous: null,
    next: more ? `${base}${ROOT}/predictions?${next}` : null,
    results: shown.map((each) => predictionOf(each, base)),
  });
}

async function secret({ context, accountId }: DoorCall): Promise<DoorAnswer> {
  const key = await callbackSecret(context, accountId);
  return key === null ? missing : answered({ key });
}

async function account({ accountId }: DoorCall): Promise<DoorAnswer> {
  return answered({ type: 'organization', username: accountId, name: accountId, github_url: '' });
}
