/** Asking about tasks in both generations: by id, by the client's own id, and as lists. */
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import type { DoorPage } from '../../../store/reads.ts';
import { parseFields } from '../../fields.ts';
import { answered, type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { type DoorTask, findTask, listTasks } from '../tasks.ts';
import { refuseField } from './asked.ts';
import { CURRENT, currentTask, envelope, legacyTask } from './reply.ts';

const IDS_MOST = 20;

/** `GET /tasks`: ids that nobody knows are left out, as there. */
export async function queryTasks(call: DoorCall): Promise<DoorAnswer> {
  const { task_ids: byId, external_task_ids: byExternal } = call.query;
  if ((byId === undefined) === (byExternal === undefined)) {
    return refused(refuseField('task_ids', 'either task_ids or external_task_ids is needed').refusal);
  }
  const ids = (byId ?? byExternal ?? '').split(',').map((id) => id.trim());
  if (ids.length > IDS_MOST) {
    const message = 'task_ids and external_task_ids cannot exceed 20 in total';
    return refused({ code: 'invalid_input', message });
  }
  const found = byId === undefined ? await findExternal(call, ids) : await findAll(call, ids);
  return answered(envelope(found.map(currentTask), call.request.id));
}

const List = z.looseObject({
  start_time: z.coerce.number().int().positive().optional(),
  end_time: z.coerce.number().int().positive().optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  filters: z
    .array(z.looseObject({ key: z.string(), values: z.array(z.string()) }))
    .max(10)
    .optional(),
});
const THIRTY_DAYS_MS = 30 * 86_400_000;

/** `POST /tasks`. A filtered page may be short while there is more: the cursor counts what was looked at. */
export async function listCurrent(call: DoorCall): Promise<DoorAnswer> {
  const parsed = parseFields(List, call.body ?? {});
  if (!parsed.ok) return refused(parsed.refusal);
  const { start_time: start, end_time: end, cursor, limit, filters = [] } = parsed.value;
  const untilMs = end ?? call.context.clock.now();
  const window = cursor
    ? { createdFromMs: null, createdUntilMs: null }
    : { createdFromMs: start ?? untilMs - THIRTY_DAYS_MS, createdUntilMs: untilMs };
  const page: DoorPage = {
    direction: 'newest_first',
    behind: cursor ?? null,
    most: limit + 1,
    ...window,
  };
  const found = await listTasks(call, page);
  const looked = found.slice(0, limit);
  const shown = looked.filter((each) => filters.every((filter) => passes(filter, each)));
  const more = found.length > limit;
  const result = shown.map(currentTask);
  const data = {
    result,
    count: result.length,
    next_cursor: more ? (looked.at(-1)?.task.id ?? '') : '',
    has_more: more,
  };
  return answered(envelope(data, call.request.id));
}

function passes({ key, values }: { key: string; values: string[] }, { task }: DoorTask): boolean {
  if (key === 'status') return values.includes(CURRENT[task.status]);
  return key !== 'product_type' || values.includes('video');
}

/** `GET /v1/videos/<kind>/{id}`: our id or the client's. */
export async function queryLegacy(call: DoorCall): Promise<DoorAnswer> {
  const id = call.params.id ?? '';
  const found = (await findTask(call, id)) ?? (await findExternal(call, [id]))[0];
  if (found) return answered(envelope(legacyTask(found), call.request.id));
  return refused({ code: 'conflict', message: `Task not found by id/external id: ${id}` });
}

const Pages = z.looseObject({
  pageNum: z.coerce.number().int().min(1).max(1000).default(1),
  pageSize: z.coerce.number().int().min(1).max(500).default(30),
});
/** How far back a list by page numbers looks; the other generation has cursors. */
const LOOKED_AT_MOST = 5_000;

/** `GET /v1/videos/<kind>`: newest first, of this kind. */
export function listLegacy(kind: string): (call: DoorCall) => Promise<DoorAnswer> {
  return async (call) => {
    const parsed = parseFields(Pages, call.query);
    if (!parsed.ok) return refused(parsed.refusal);
    const { pageNum, pageSize } = parsed.value;
    const wanted = pageNum * pageSize;
    if (wanted > LOOKED_AT_MOST) {
      const message = `lists end after ${LOOKED_AT_MOST} tasks; POST /tasks goes further back`;
      return refused(refuseField('pageNum', message).refusal);
    }
    const { models } = call.context.catalogue.door('kling');
    const found: DoorTask[] = [];
    let behind: string | null = null;
    for (let looked = 0; found.length < wanted && looked < LOOKED_AT_MOST; ) {
      const page: DoorTask[] = await listTasks(call, pageBehind(behind));
      looked += page.length;
      behind = page.at(-1)?.task.id ?? null;
      found.push(...page.filter((each) => kindOf(each, models) === kind));
      if (page.length < PAGE) break;
    }
    return answered(envelope(found.slice(wanted - pageSize, wanted).map(legacyTask), call.request.id));
  };
}

const PAGE = 200;

function pageBehind(behind: string | null): DoorPage {
  return { direction: 'newest_first', behind, most: PAGE, createdFromMs: null, createdUntilMs: null };
}

/** By model and mode, so that what came in by another door has its place as well. */
function kindOf({ task }: DoorTask, models: readonly DoorModel[]): string {
  const named = models.find(
    ({ name, order: { model, mode } }) =>
      name.startsWith('v1/') && model === task.model && (mode === undefined || mode === task.mode),
  );
  if (named) return named.name.split('/')[1] ?? '';
  return task.mode === 'text-to-video' ? 'text2video' : 'image2video';
}

async function findAll(call: DoorCall, ids: readonly string[]): Promise<DoorTask[]> {
  const found = await Promise.all(ids.map((id) => findTask(call, id)));
  return found.filter((each) => each !== null);
}

async function findExternal(call: DoorCall, ids: readonly string[]): Promise<DoorTask[]> {
  return findAll(call, await call.context.store.reads.byExternalId(call.accountId, ids));
}
