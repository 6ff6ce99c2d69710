/** The traffic of a plan: described by the hour, listed in a trace, or what was ordered here. */
import { type CreatePlan, Order, type PlanAssumption, type Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { scaled } from '../../plan/search.ts';
import { readTrace } from '../../plan/trace.ts';
import type { Workload, WorldAccount } from '../../plan/world.ts';
import type { OrderedRow } from '../../store/plans.ts';
import type { Context } from '../context.ts';
import type { ClipBook, PlanClip } from './plan-clips.ts';

type Asked = z.output<typeof CreatePlan>['workload'];
type AskedAccounts = Extract<Asked, { kind: 'described' }>['accounts'];

export type Traffic = {
  workload: Workload;
  accounts: WorldAccount[];
  /** About how many there are. */
  tasks: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WARM_UP_MS = 6 * HOUR_MS;
const LISTED_MOST = 500_000;

type Note = (assumption: PlanAssumption) => void;

export async function readTraffic(
  context: Context,
  asked: Asked,
  book: ClipBook,
  note: Note,
): Promise<Traffic | Refusal> {
  switch (asked.kind) {
    case 'described':
      return describedTraffic(asked, book, note);
    case 'trace':
      return traceTraffic(asked, book, note);
    case 'history':
      return await historyTraffic(context, asked, book, note);
  }
}

function describedTraffic(
  asked: Extract<Asked, { kind: 'described' }>,
  book: ClipBook,
  note: Note,
): Traffic | Refusal {
  const mix: { clip: number; share: number }[] = [];
  for (const [index, clip] of asked.mix.entries()) {
    const number = book.add(clip, `workload.mix[${index}]`);
    if (typeof number !== 'number') return number;
    mix.push({ clip: number, share: clip.share });
  }
  const accounts = accountsOf(asked.accounts);
  const bursts: { atMs: number; tasks: number; withinMs: number; account: number | null }[] = [];
  for (const [index, burst] of asked.bursts.entries()) {
    const account =
      burst.account === undefined ? null : accounts.findIndex(({ name }) => name === burst.account);
    if (account === -1) {
      const message = `There is no account "${burst.account}" in this workload.`;
      const field = `workload.bursts[${index}].account`;
      return { code: 'invalid_input', field, message, allowed: accounts.map(({ name }) => name) };
    }
    const everyHours = burst.repeat === 'daily' ? 24 : 168;
    for (let hour = burst.at_hour % everyHours; hour < asked.days * 24; hour += everyHours) {
      bursts.push({
        atMs: hour * HOUR_MS,
        tasks: Math.max(1, Math.round(burst.tasks * asked.scale)),
        withinMs: burst.within_minutes * 60_000,
        account,
      });
    }
  }
  bursts.sort((a, b) => a.atMs - b.atMs);
  const tasksPerHour = hoursOfWeek(asked).map((rate) => rate * asked.scale);
  const flowing = Array.from({ length: asked.days * 24 }, (_, hour) => tasksPerHour[hour % 168] ?? 0);
  const tasks = [...flowing, ...bursts.map((burst) => burst.tasks)].reduce((sum, count) => sum + count, 0);
  note({
    subject: 'traffic',
    value: `about ${Math.round(tasks)} tasks in ${asked.days} days`,
    grade: 'given',
    source: 'the question',
  });
  return {
    workload: {
      kind: 'described',
      warmUpMs: WARM_UP_MS,
      totalMs: asked.days * DAY_MS,
      tasksPerHour,
      mix,
      bursts,
    },
    accounts,
    tasks,
  };
}

function hoursOfWeek({ tasks_per_hour: asked, weekend }: Extract<Asked, { kind: 'described' }>): number[] {
  return Array.from({ length: 168 }, (_, hour) => {
    if (Array.isArray(asked) && asked.length === 168) return asked[hour] ?? 0;
    const rate = Array.isArray(asked) ? (asked[hour % 24] ?? 0) : asked;
    return rate * (hour >= 5 * 24 ? weekend : 1);
  });
}

function accountsOf(asked: AskedAccounts): WorldAccount[] {
  return asked.map(({ name, share, weight, max_in_flight: maxInFlight }) => ({
    name,
    share,
    weight,
    maxInFlight,
  }));
}

type Listed = { atMs: number; clip: number; account: string };

function traceTraffic(
  asked: Extract<Asked, { kind: 'trace' }>,
  book: ClipBook,
  note: Note,
): Traffic | Refusal {
  const read = readTrace(asked.csv, LISTED_MOST);
  if ('code' in read) return read;
  const listed: Listed[] = [];
  for (const { line, atMs, account, ...words } of read) {
    const clip = { ...DEFAULT_CLIP, ...asked.clip, ...words };
    if (clip.model === '') {
      const message = 'A trace without a column `model` needs `clip.model`.';
      return { code: 'invalid_input', field: 'workload.clip.model', message };
    }
    const number = book.add(clip, `workload.csv line ${line}`);
    if (typeof number !== 'number') return number;
    listed.push({ atMs, clip: number, account });
  }
  note({
    subject: 'traffic',
    value: `${listed.length} tasks of a trace`,
    grade: 'given',
    source: 'the trace',
  });
  return listedTraffic(listed, accountsOf(asked.accounts ?? []), asked.scale);
}

const DEFAULT_CLIP: PlanClip = { model: '', mode: 'text-to-video', seconds: 5, share: 1 };

async function historyTraffic(
  context: Context,
  { days, scale }: Extract<Asked, { kind: 'history' }>,
  book: ClipBook,
  note: Note,
): Promise<Traffic | Refusal> {
  const sinceMs = context.clock.now() - days * DAY_MS;
  const rows = await context.store.plans.ordered(sinceMs, LISTED_MOST);
  if (rows.length === 0) {
    const message = `Nothing was ordered here in the last ${plural(days, 'day')}.`;
    return { code: 'not_found', field: 'workload.days', message };
  }
  const { listed, left } = replayed(rows, book);
  noteHistory(note, { days, rows: rows.length, listed, left });
  if (listed.length === 0) {
    const of = `the ${rows.length} orders of the last ${plural(days, 'day')}`;
    const message = `None of ${of} can be planned for: ${leftText(left)}.`;
    return { code: 'not_found', field: 'workload.days', message };
  }
  return listedTraffic(listed, await accountsOrdering(context, listed), scale);
}

/** How many orders are left out, by the reason. */
type Left = Map<string, number>;

function replayed(rows: readonly OrderedRow[], book: ClipBook): { listed: Listed[]; left: Left } {
  const listed: Listed[] = [];
  const left: Left = new Map();
  const leave = (reason: string) => void left.set(reason, (left.get(reason) ?? 0) + 1);
  // Where all is sandbox, the sandbox is what is asked about.
  const real = rows.some(({ sandbox }) => !sandbox);
  for (const row of rows) {
    const order = Order.safeParse(row.order);
    if (real && row.sandbox) leave('in the sandbox');
    else if (!order.success) leave('in words that are no longer understood');
    else {
      const { model, mode, resolution, sound } = order.data;
      const seconds = order.data.seconds ?? order.data.inputSeconds ?? DEFAULT_CLIP.seconds;
      const number = book.add({ model, mode, resolution, sound, seconds, share: 1 }, 'workload');
      if (typeof number === 'number') {
        listed.push({ atMs: row.created_at, clip: number, account: row.account_id });
      } else if (number.code === 'unknown_model') leave(`of ${model}, which is no longer sold here`);
      else leave(`of ${model} as it is no longer made (${mode}, ${seconds} s, ${resolution})`);
    }
  }
  return { listed, left };
}

function leftText(left: Left): string {
  return [...left]
    .sort(([a, few], [b, many]) => many - few || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

function noteHistory(
  note: Note,
  { days, rows, listed, left }: { days: number; rows: number; listed: readonly Listed[]; left: Left },
): void {
  const source = 'what was ordered here';
  const [first, last] = [listed[0], listed.at(-1)];
  const count = (of: (each: Listed) => unknown) => new Set(listed.map(of)).size;
  const told = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const span = `the last ${plural(days, 'day')}`;
  const newest = rows < LISTED_MOST ? '' : ', the newest that are read';
  note({
    subject: 'traffic',
    value:
      first && last
        ? `${listed.length} orders of ${span}${newest}, from ${told(first.atMs)} to ${told(last.atMs)} ` +
          `UTC: ${plural(
            count(({ clip }) => clip),
            'kind',
          )} of clip, ${plural(
            count(({ account }) => account),
            'account',
          )}`
        : `none of the orders of ${span}`,
    grade: 'measured',
    source,
  });
  const out = [...left.values()].reduce((sum, each) => sum + each, 0);
  const value = out === 0 ? 'none' : `${out} of ${rows}: ${leftText(left)}`;
  note({ subject: 'orders left out', value, grade: 'measured', source });
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** With the weights and caps that they have now. */
async function accountsOrdering(context: Context, listed: readonly Listed[]): Promise<WorldAccount[]> {
  const names = [...new Set(listed.map(({ account }) => account))];
  const found = await Promise.all(names.map((name) => context.store.accounts.find(name)));
  return names.map((name, index) => ({
    name,
    share: 1,
    weight: found[index]?.weight ?? 1,
    maxInFlight: found[index]?.max_in_flight ?? null,
  }));
}

/** From the first task on; the last hour is whole, so that a rate by the hour means something. */
function listedTraffic(listed: Listed[], known: WorldAccount[], scale: number): Traffic {
  listed.sort((a, b) => a.atMs - b.atMs);
  const firstMs = listed[0]?.atMs ?? 0;
  const lastMs = (listed.at(-1)?.atMs ?? 0) - firstMs;
  const accounts = [...known];
  const places = new Map(accounts.map(({ name }, index) => [name, index]));
  for (const { account } of listed) {
    if (places.has(account)) continue;
    places.set(account, accounts.push({ name: account, share: 1, weight: 1, maxInFlight: null }) - 1);
  }
  const workload: Workload = {
    kind: 'listed',
    warmUpMs: 0,
    totalMs: Math.max(HOUR_MS, Math.ceil((lastMs + 1) / HOUR_MS) * HOUR_MS),
    atMs: Float64Array.from(listed, ({ atMs }) => atMs - firstMs),
    clips: Uint16Array.from(listed, ({ clip }) => clip),
    accounts: Uint16Array.from(listed, ({ account }) => places.get(account) ?? 0),
  };
  return { workload: scaled(workload, scale), accounts, tasks: listed.length * scale };
}
