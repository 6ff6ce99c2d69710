/**
 * What waits and what runs, as forecasts see it: read at most once a second and at most a tenth of the time, whatever
 * the number of tasks and of readers. An old answer is given at once while a new one is on its way.
 */
import { type Handling, handlingOf } from '../decide/forecast.ts';
import { type AgeRow, LATELY_MOST, type LaneCount, type SlotRow } from '../store/stats.ts';
import type { Context } from './context.ts';

export type QueueBoard = {
  /** With what this process has put in the queue since they were read. */
  lanes(family: string): Promise<readonly LaneCount[]>;
  slots(): Promise<readonly SlotRow[]>;
  /** What holds slots now, by path, family and age. */
  ages(): Promise<readonly AgeRow[]>;
  /** How many orders of a family come in a millisecond, by account, as they came in the last minutes. */
  paces(family: string): Promise<ReadonlyMap<string, number>>;
  /** What comes around renders on a path. */
  handling(pathName: string): Promise<Handling>;
  /** This process is about to queue it: orders of a burst would else all be told the same place. */
  join(family: string, task: Joining): void;
};

export type Joining = { accountId: string; priority: number; slotMs: number };

const KEEP_MS = 1_000;
/** Older than this an answer is not given any more: the reader waits for a new one. */
const STALE_MS = 3_000;
/** The longer a reading takes, the longer it is kept. */
const REST_FACTOR = 10;
/** Rows counted for one family. */
const COUNTED_MOST = 20_000;

const boards = new WeakMap<Context, QueueBoard>();

export function queueBoard(context: Context): QueueBoard {
  const known = boards.get(context);
  if (known) return known;
  const families = new Map<string, FamilyLanes>();
  const handled = new Map<string, () => Promise<Handling>>();
  const lanesOf = (family: string) => {
    const found = families.get(family) ?? familyLanes(context, family);
    families.set(family, found);
    return found;
  };
  const board: QueueBoard = {
    slots: kept(context, () => context.store.stats.slots()),
    ages: kept(context, () => context.store.stats.ages(context.clock.now())),
    paces: pacesOf(context),
    handling: (pathName) => {
      const found = handled.get(pathName) ?? handlingOn(context, pathName);
      handled.set(pathName, found);
      return found();
    },
    lanes: (family) => lanesOf(family).read(),
    join: (family, task) => lanesOf(family).join(task),
  };
  boards.set(context, board);
  return board;
}

/** Looked back for the pace of orders, and how long an answer is kept. */
const LOOK_BACK_MS = 600_000;
const PACES_KEEP_MS = 10_000;
/** What comes around renders changes slowly. */
const HANDLING_KEEP_MS = 30_000;

function pacesOf(context: Context): QueueBoard['paces'] {
  const read = kept(
    context,
    async () => {
      const nowMs = context.clock.now();
      const rows = await context.store.stats.orderedLately(nowMs - LOOK_BACK_MS);
      const families = new Map<string, Map<string, number>>();
      for (const { family, account_id: accountId, orders, since } of rows) {
        const paces = families.get(family) ?? new Map<string, number>();
        // Where there were more than are read, those that were came in a shorter time.
        const spanMs = rows.length === 0 || orderedIn(rows) < LATELY_MOST ? LOOK_BACK_MS : nowMs - since;
        paces.set(accountId, orders / Math.max(1_000, spanMs));
        families.set(family, paces);
      }
      return families;
    },
    PACES_KEEP_MS,
  );
  return async (family) => (await read()).get(family) ?? new Map();
}

function orderedIn(rows: readonly { orders: number }[]): number {
  return rows.reduce((sum, { orders }) => sum + orders, 0);
}

function handlingOn(context: Context, pathName: string): () => Promise<Handling> {
  const read = async () => {
    const rows = await context.store.stats.handled(pathName);
    return handlingOf(rows.map(({ beside_ms: besideMs, slot_ms: slotMs }) => ({ besideMs, slotMs })));
  };
  return kept(context, read, HANDLING_KEEP_MS);
}

type FamilyLanes = { read(): Promise<readonly LaneCount[]>; join(task: Joining): void };

function familyLanes(context: Context, family: string): FamilyLanes {
  let joined: { task: Joining; atMs: number }[] = [];
  let shown: { lanes: readonly LaneCount[]; byAccount: Map<string, LaneCount> } | null = null;
  const read = kept(context, async () => {
    const startedMs = context.clock.monotonic();
    const lanes = await context.store.stats.lanes(family, COUNTED_MOST);
    // What joined before is in what was read; what joined since may be in it already or not.
    joined = joined.filter(({ atMs }) => atMs >= startedMs);
    return lanes;
  });
  return {
    read: async () => {
      const lanes = await read();
      if (shown?.lanes !== lanes) {
        shown = { lanes, byAccount: new Map(lanes.map((lane) => [lane.account_id, { ...lane }])) };
        for (const { task } of joined) addTo(shown.byAccount, task);
      }
      return [...shown.byAccount.values()];
    },
    join: (task) => {
      joined.push({ task, atMs: context.clock.monotonic() });
      // While lanes cannot be read, nothing else takes any out.
      if (joined.length > COUNTED_MOST) joined.shift();
      if (shown !== null) addTo(shown.byAccount, task);
    },
  };
}

function addTo(lanes: Map<string, LaneCount>, { accountId, priority, slotMs }: Joining): void {
  const lane = lanes.get(accountId) ?? emptyLane(accountId);
  lane.queued += 1;
  if (priority > 0) lane.high += 1;
  if (priority === 0) lane.normal += 1;
  lane.slot_ms += slotMs;
  lane.slot_ms_squared += slotMs ** 2;
  lanes.set(accountId, lane);
}

/** Until the next reading knows its weight. */
function emptyLane(accountId: string): LaneCount {
  return {
    account_id: accountId,
    weight: 1,
    queued: 0,
    high: 0,
    normal: 0,
    slot_ms: 0,
    slot_ms_squared: 0,
    deep: false,
  };
}

/** Read at most once in `leastMs` and at most a tenth of the time; see above. */
export function kept<Value>(
  { clock }: Context,
  read: () => Promise<Value>,
  leastMs = KEEP_MS,
): () => Promise<Value> {
  let last: { value: Value; atMs: number; keepMs: number } | null = null;
  let reading: Promise<Value> | null = null;

  function readAgain(): Promise<Value> {
    const startedMs = clock.monotonic();
    reading ??= read()
      .then((value) => {
        const atMs = clock.monotonic();
        last = { value, atMs, keepMs: Math.max(leastMs, REST_FACTOR * (atMs - startedMs)) };
        return value;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  }

  return async () => {
    if (last === null) return readAgain();
    const ageMs = clock.monotonic() - last.atMs;
    if (ageMs < last.keepMs) return last.value;
    const fresh = readAgain();
    if (ageMs > Math.max(STALE_MS, 2 * last.keepMs)) return fresh;
    // Whoever needs a fresh one will see the failure; an old answer is still an answer.
    fresh.catch(() => {});
    return last.value;
  };
}
