/** From the question to what is simulated: words become orders, paths become worlds, traffic becomes arrivals. */
import type { CreatePlan, PlanAssumption, Refusal } from '@sluice/contract';
import type { z } from 'zod';
import type { PlanCase, PlanJob } from '../../plan/job.ts';
import { scaled } from '../../plan/search.ts';
import type { Workload, World } from '../../plan/world.ts';
import type { Context } from '../context.ts';
import { type ClipBook, clipBook } from './plan-clips.ts';
import { type AskedPath, worldPaths } from './plan-paths.ts';
import { readTraffic, type Traffic } from './plan-traffic.ts';

type Request = z.output<typeof CreatePlan>;
type Variant = Request['variants'][number];
export type JobAnswer = { kind: 'job'; job: PlanJob } | { kind: 'refused'; refusal: Refusal };

/** Over all cases, seeds and searches. */
const TASKS_MOST = 8_000_000;
const SEARCH_RUNS = 24;
const COPY_OVERHEAD_MS = 400;

export async function planJob(context: Context, request: Request): Promise<JobAnswer> {
  const assumptions = new Map<string, PlanAssumption>();
  const note = (assumption: PlanAssumption) => {
    if (!assumptions.has(assumption.subject)) assumptions.set(assumption.subject, assumption);
  };
  const rate = await clipRate(context, request, note);
  const book = clipBook(context, rate);
  const traffic = await readTraffic(context, request.workload, book, note);
  if ('code' in traffic) return { kind: 'refused', refusal: traffic };
  const mixes = await readMixes(request.variants, book);
  if (!Array.isArray(mixes)) return { kind: 'refused', refusal: mixes };
  const tooMuch = refuseSize(request, traffic);
  if (tooMuch) return { kind: 'refused', refusal: tooMuch };
  const asked = request.paths ?? (await ownPaths(context));
  const base = await caseOf(context, request, { name: 'as asked', traffic, book, asked, note });
  if ('code' in base) return { kind: 'refused', refusal: base };
  const variants: PlanCase[] = [];
  for (const [index, variant] of request.variants.entries()) {
    const paths = changedPaths(variant.paths ?? asked, variant, base);
    const changed = await caseOf(context, requestOf(request, variant), {
      name: variant.name,
      traffic: changedTraffic(traffic, variant, mixes[index] ?? null),
      book,
      asked: paths,
      note: () => {},
    });
    if ('code' in changed)
      return { kind: 'refused', refusal: { ...changed, field: `variants[${index}].${changed.field}` } };
    variants.push({ ...changed, changes: changesOf(variant) });
  }
  const { target, gateway, seeds, seed, search, retry } = request;
  const job: PlanJob = {
    base,
    variants,
    target: {
      share: target.share,
      startWithinMs: target.start_within_seconds === undefined ? null : target.start_within_seconds * 1000,
      finishWithinMs: target.finish_within_seconds === undefined ? null : target.finish_within_seconds * 1000,
    },
    retentionDays: gateway.retention_days,
    storageBytes: gateway.storage_gb === undefined ? null : gateway.storage_gb * 1e9,
    seeds,
    seed,
    search,
    retry,
    assumptions: [...assumptions.values()],
  };
  return { kind: 'job', job };
}

type Note = (assumption: PlanAssumption) => void;

async function clipRate(context: Context, { gateway }: Request, note: Note): Promise<number | null> {
  const subject = 'clip size';
  if (gateway.clip_mbit_per_second !== undefined) {
    note({
      subject,
      value: `${gateway.clip_mbit_per_second} Mbit/s`,
      grade: 'given',
      source: 'the question',
    });
    return gateway.clip_mbit_per_second;
  }
  const measured = await context.store.plans.clipBitsPerMs();
  const value = measured === null ? 'by resolution' : `${Math.round(measured / 100) / 10} Mbit/s`;
  const source = measured === null ? 'a guess; nothing is stored yet' : 'the newest stored clips';
  note({ subject, value, grade: measured === null ? 'assumed' : 'measured', source });
  return measured === null ? null : measured / 1000;
}

async function ownPaths(context: Context): Promise<AskedPath[]> {
  await context.paths.refresh(context.clock.now());
  const active = context.paths.all().filter(({ row }) => row.state === 'active');
  return active.map(({ name }) => ({ path: name, price_factor: 1, slots_known: true, render_factor: 1 }));
}

/** What a plan costs in time is known before it begins. */
function refuseSize({ seeds, variants, search }: Request, { tasks }: Traffic): Refusal | null {
  const runs = seeds * (1 + variants.length) + (search ? SEARCH_RUNS : 0);
  const scales = variants.reduce((most, { scale = 1 }) => Math.max(most, scale), 1);
  const total = Math.round(tasks * runs * scales);
  if (total <= TASKS_MOST) return null;
  return {
    code: 'invalid_input',
    field: 'workload',
    message: `This would simulate about ${total} tasks; at most ${TASKS_MOST}.`,
    allowed: { tasks: TASKS_MOST },
    fix: 'Ask for fewer days, seeds or variants, or set search to false.',
  };
}

async function readMixes(
  variants: readonly Variant[],
  book: ClipBook,
): Promise<({ clip: number; share: number }[] | null)[] | Refusal> {
  const mixes: ({ clip: number; share: number }[] | null)[] = [];
  for (const [index, { mix }] of variants.entries()) {
    if (mix === undefined) {
      mixes.push(null);
      continue;
    }
    const read: { clip: number; share: number }[] = [];
    for (const [at, clip] of mix.entries()) {
      const number = book.add(clip, `variants[${index}].mix[${at}]`);
      if (typeof number !== 'number') return number;
      read.push({ clip: number, share: clip.share });
    }
    mixes.push(read);
  }
  return mixes;
}

type CaseParts = { name: string; traffic: Traffic; book: ClipBook; asked: readonly AskedPath[]; note: Note };

async function caseOf(
  context: Context,
  request: Request,
  { name, traffic, book, asked, note }: CaseParts,
): Promise<PlanCase | Refusal> {
  if (asked.length === 0) {
    return {
      code: 'no_route',
      field: 'paths',
      message: 'No path is active here; name one with its provider.',
    };
  }
  const answer = await worldPaths(context, asked, book, note);
  if (!answer.ok) return answer.refusal;
  const { retry, gateway, policy, weights } = request;
  const { settings } = context;
  const copies = (gateway.copies_at_once ?? settings.copyConcurrency) * gateway.processes;
  note({
    subject: 'line to the storage',
    value:
      `${gateway.download_mbit_per_second} Mbit/s, ${copies} copies at once, ` +
      `${COPY_OVERHEAD_MS} ms for each beside its bytes`,
    grade: 'given',
    source: 'the question and the settings here',
  });
  const world: World = {
    families: book.families,
    clips: book.clips,
    accounts: traffic.accounts,
    paths: answer.paths,
    policy,
    weights,
    retry: {
      rerun: retry.rerun,
      orderAgain: retry.order_again,
      orderAgainAfterMs: retry.order_again_after_seconds * 1000,
      giveUpAfterMs: retry.give_up_after_seconds === null ? null : retry.give_up_after_seconds * 1000,
    },
    gateway: {
      submitsAtOnce: settings.submitConcurrency * gateway.processes,
      copiesAtOnce: copies,
      copyBytesPerMs: (gateway.download_mbit_per_second * 125) / copies,
      copyOverheadMs: COPY_OVERHEAD_MS,
      queryRate: settings.queryRate,
      queryBurst: settings.queryBurst,
    },
  };
  return { name, changes: '', world, workload: traffic.workload };
}

function requestOf(request: Request, { policy, retry }: Variant): Request {
  return { ...request, ...(policy ? { policy } : {}), ...(retry ? { retry } : {}) };
}

/** Slots are added to what the path has in the plan as it was asked. */
function changedPaths(asked: readonly AskedPath[], variant: Variant, base: PlanCase): AskedPath[] {
  const { slots_added: added, price_factor: factor } = variant;
  return asked.map((path) => {
    const known = base.world.paths.find(({ name }) => name === path.path);
    const slots =
      added === undefined
        ? {}
        : {
            slots: Object.fromEntries(
              base.world.families.map((family, index) => {
                const given =
                  typeof path.slots === 'object' ? (path.slots[family] ?? path.slots['*']) : path.slots;
                return [family, Math.max(1, (given ?? known?.slots[index]?.slots ?? 1) + added)];
              }),
            ),
          };
    return { ...path, ...slots, price_factor: path.price_factor * (factor ?? 1) };
  });
}

function changedTraffic(
  traffic: Traffic,
  { scale = 1 }: Variant,
  mix: { clip: number; share: number }[] | null,
): Traffic {
  const workload: Workload =
    mix !== null && traffic.workload.kind === 'described' ? { ...traffic.workload, mix } : traffic.workload;
  return { ...traffic, workload: scaled(workload, scale) };
}

function changesOf({
  paths,
  slots_added: added,
  price_factor: factor,
  mix,
  scale,
  policy,
  retry,
}: Variant): string {
  const changes = [
    ...(paths ? [`paths: ${paths.map(({ path }) => path).join(', ')}`] : []),
    ...(added === undefined ? [] : [`${added >= 0 ? '+' : '−'} ${Math.abs(added)} slots`]),
    ...(factor === undefined ? [] : [`price × ${factor}`]),
    ...(mix ? ['another mix'] : []),
    ...(scale === undefined ? [] : [`traffic × ${scale}`]),
    ...(policy ? [`policy ${policy}`] : []),
    ...(retry ? ['another retry policy'] : []),
  ];
  return changes.join(', ');
}
