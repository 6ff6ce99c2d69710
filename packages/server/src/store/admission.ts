/** Stage 2 against the database. See sql/admission.ts for the locking story. */
import {
  type Admission,
  type AdmissionInput,
  admit,
  headsWanted,
  type Lane,
  slotsToFill,
} from '../decide/admission.ts';
import type { HealthState, ModelHealth } from '../decide/health.ts';
import { limitAfterQuiet } from '../decide/limits.ts';
import type { Database, Transaction } from './database.ts';
import { limitOf, occupied, type Slots, writeLimit } from './limits.ts';
import * as sql from './sql/admission.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type Admitted = {
  attemptId: string;
  taskId: string;
  accountId: string;
  number: number;
  pathName: string;
  callbackToken: string;
  credentialVersion: number;
  lease: string;
  createdAtMs: number;
  order: unknown;
  startByMs: number | null;
};

export type AdmissionRequest = {
  family: string;
  nowMs: number;
  /** Attempts that this process can send right away. */
  most: number;
  lease: string;
  /** After this an attempt still in `sending` belongs to whoever finds it. */
  sendByMs: number;
  /** Ids for what is about to be written, drawn by the caller. */
  draw(): { attemptId: string; callbackToken: string; eventId: string };
};

export type AdmissionStore = {
  /** Families in which something waits and may be able to go. */
  familiesWaiting(nowMs: number): Promise<string[]>;
  admit(request: AdmissionRequest): Promise<Admitted[]>;
  /** Reads, changes and writes the health of a model family on a path; answers the state before and after. */
  changeModelHealth(
    pathName: string,
    family: string,
    change: (state: HealthState<ModelHealth>) => HealthState<ModelHealth>,
  ): Promise<{ before: HealthState<ModelHealth>; after: HealthState<ModelHealth> } | null>;
  endRests(pathName: string): Promise<void>;
};

export function admissionStore(db: Database): AdmissionStore {
  return {
    familiesWaiting: async (nowMs) =>
      rowsOf<{ family: string }>(await db.query(sql.familiesWaiting, [at(nowMs)])).map((row) => row.family),
    admit: (request) => db.transaction((tx) => admitFamily(tx, request)),
    changeModelHealth: (pathName, family, change) =>
      db.transaction(async (tx) => {
        const row = firstOf<sql.RestRow>(await tx.query(sql.lockRest, [pathName, family]));
        if (!row) return null;
        const before = restOf(row);
        const after = change(before);
        if (after !== before) {
          const values = [pathName, family, after.strikes, at(after.untilMs), after.detail];
          await tx.query(sql.writeRest, values);
        }
        return { before, after };
      }),
    endRests: async (pathName) => {
      await db.query(sql.endRests, [pathName]);
    },
  };
}

async function admitFamily(tx: Transaction, request: AdmissionRequest): Promise<Admitted[]> {
  const limits = rowsOf<sql.LimitRow>(await tx.query(sql.lockLimits, [request.family]));
  if (limits.length === 0) return [];
  const taken = await occupied(
    tx,
    limits.map((row) => row.path_name),
    request.family,
  );
  const free = await freeSlots(tx, request, limits, taken);
  const total = free.reduce((sum, slots) => sum + slots.free, 0);
  if (total <= 0) return [];
  const { input, empty } = await readLanes(tx, request, free, Math.min(total, request.most));
  const plan = admit(input);
  const admitted = plan.admitted.length === 0 ? [] : await writePlan(tx, request, input.lanes, plan);
  await sleepEmptyLanes(tx, request.family, empty);
  return admitted;
}

async function freeSlots(
  tx: Transaction,
  request: AdmissionRequest,
  limits: readonly sql.LimitRow[],
  taken: ReadonlyMap<string, Slots>,
): Promise<{ pathName: string; free: number }[]> {
  const free: { pathName: string; free: number }[] = [];
  for (const row of limits) {
    const busy = taken.get(row.path_name)?.occupied ?? 0;
    const before = limitOf(row);
    const limit = limitAfterQuiet(before, busy, request.nowMs);
    if (limit !== before) {
      const of = { pathName: row.path_name, family: request.family };
      await writeLimit(tx, of, limit, { reason: 'quiet', nowMs: request.nowMs, occupied: busy });
    }
    const health = {
      health: row.health,
      untilMs: row.health_until,
      strikes: row.health_strikes,
      detail: null,
    };
    const { sendingAnywhere = 0, sending = 0 } = taken.get(row.path_name) ?? {};
    const ofPath = slotsToFill(limit, { occupied: busy, sending: sendingAnywhere }, health, request.nowMs);
    const ofModel = slotsToFill(limit, { occupied: busy, sending }, restOf(row), request.nowMs);
    free.push({ pathName: row.path_name, free: Math.min(ofPath, ofModel, request.most) });
  }
  return free;
}

async function readLanes(
  tx: Transaction,
  request: AdmissionRequest,
  free: readonly { pathName: string; free: number }[],
  most: number,
): Promise<{ input: AdmissionInput; empty: string[] }> {
  const wanted = headsWanted(most);
  const heads = rowsOf<sql.LaneRow>(
    await tx.query(sql.laneHeads, [
      request.family,
      wanted.lanes,
      wanted.perLane,
      at(request.nowMs),
      free.filter((slots) => slots.free > 0).map((slots) => slots.pathName),
    ]),
  );
  const queue = firstOf<{ virtual_time: bigint }>(await tx.query(sql.queueVirtualTime, [request.family]));
  const running = await countRunning(tx, heads);
  const lanes = new Map<string, Lane & { tasks: Lane['tasks'][number][] }>();
  const keyRoom = new Map<string, number>();
  const empty: string[] = [];
  for (const row of heads) {
    if (row.id === null || row.key_id === null || row.path_names === null) {
      empty.push(row.account_id);
      continue;
    }
    const room =
      row.max_in_flight === null ? null : row.max_in_flight - (running.byAccount.get(row.account_id) ?? 0);
    const lane = lanes.get(row.account_id) ?? {
      accountId: row.account_id,
      weight: row.weight,
      virtualTime: row.virtual_time,
      room,
      tasks: [],
    };
    lane.tasks.push({ id: row.id, keyId: row.key_id, slotMs: row.slot_ms ?? 0, pathNames: row.path_names });
    lanes.set(row.account_id, lane);
    if (row.key_max_in_flight !== null) {
      keyRoom.set(row.key_id, row.key_max_in_flight - (running.byKey.get(row.key_id) ?? 0));
    }
  }
  const queueVirtualTime = queue?.virtual_time ?? 0n;
  return { input: { free, lanes: [...lanes.values()], keyRoom, queueVirtualTime, most }, empty };
}

/** Only asked when somebody among the candidates has a cap. Locks, so that no other node counts the same room. */
async function countRunning(
  tx: Transaction,
  heads: readonly sql.LaneRow[],
): Promise<{ byAccount: Map<string, number>; byKey: Map<string, number> }> {
  const byAccount = new Map<string, number>();
  const byKey = new Map<string, number>();
  const capped = heads.filter((row) => row.max_in_flight !== null || row.key_max_in_flight !== null);
  if (capped.length === 0) return { byAccount, byKey };
  const accountIds = [...new Set(capped.map((row) => row.account_id))];
  await tx.query(sql.lockCapped, [accountIds]);
  const counts = rowsOf<sql.InFlightRow>(await tx.query(sql.countInFlight, [accountIds]));
  for (const { account_id, key_id, running } of counts) {
    byAccount.set(account_id, (byAccount.get(account_id) ?? 0) + running);
    byKey.set(key_id, (byKey.get(key_id) ?? 0) + running);
  }
  return { byAccount, byKey };
}

async function writePlan(
  tx: Transaction,
  request: AdmissionRequest,
  before: readonly Lane[],
  plan: Admission,
): Promise<Admitted[]> {
  const attempts = inOrder(plan.admitted, (each) => each.taskId).map(({ taskId, pathName }) => {
    const { attemptId, callbackToken, eventId } = request.draw();
    return {
      attempt_id: attemptId,
      task_id: taskId,
      path_name: pathName,
      callback_token: callbackToken,
      lease: request.lease,
      ask_at: iso(request.sendByMs),
      event_id: eventId,
    };
  });
  const startedAt = new Map(before.map((lane) => [lane.accountId, lane.virtualTime]));
  const lanes = inOrder(plan.lanes, (each) => each.accountId).map(({ accountId, virtualTime }) => ({
    account_id: accountId,
    spent: virtualTime - (startedAt.get(accountId) ?? virtualTime),
  }));
  const written = rowsOf<sql.AdmittedRow>(
    await tx.query(sql.writeAdmitted, [
      rows(attempts),
      rows(lanes),
      request.family,
      plan.queueVirtualTime,
      at(request.nowMs),
    ]),
  );
  return written.map((row) => ({
    attemptId: row.attempt_id,
    taskId: row.task_id,
    accountId: row.account_id,
    number: row.number,
    pathName: row.path_name,
    callbackToken: row.callback_token,
    credentialVersion: row.credential_version,
    lease: request.lease,
    createdAtMs: row.created_at,
    order: row.order,
    startByMs: row.start_by,
  }));
}

/** An active lane without tasks would keep its low virtual time in front of those that have some. */
async function sleepEmptyLanes(tx: Transaction, family: string, empty: readonly string[]): Promise<void> {
  if (empty.length === 0) return;
  const idle = rowsOf<{ account_id: string }>(await tx.query(sql.lockIdleLanes, [family, empty]));
  if (idle.length === 0) return;
  await tx.query(sql.sleepLanes, [family, idle.map((row) => row.account_id)]);
}

function restOf({ rest_strikes, rest_until, rest_detail }: sql.RestRow): HealthState<ModelHealth> {
  return {
    health: rest_strikes > 0 ? 'model_refused' : 'ok',
    untilMs: rest_until,
    strikes: rest_strikes,
    detail: rest_detail,
  };
}
