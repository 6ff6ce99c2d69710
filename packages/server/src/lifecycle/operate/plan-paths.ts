/** The paths of a plan: as they are configured and measured, with what the question says otherwise. */
import {
  type CreatePlan,
  decimalFromMicros,
  microsFromDecimal,
  type PathMeasures,
  type PlanAssumption,
  type PriceSheet,
  type Refusal,
} from '@sluice/contract';
import type { z } from 'zod';
import { effectiveLimit } from '../../decide/limits.ts';
import { SAMPLES_TO_TRUST, shapeOf } from '../../decide/polling.ts';
import { finalCharge, quote } from '../../decide/pricing.ts';
import { type RenderTimes, renderTimesOf } from '../../decide/render-times.ts';
import { failureShare } from '../../decide/routing/policy.ts';
import type { Clip, PathClip, WorldPath } from '../../plan/world.ts';
import type { Provider } from '../../providers/contract.ts';
import { providerById, providers } from '../../providers/registry.ts';
import type { SlotRow } from '../../store/stats.ts';
import type { Context } from '../context.ts';
import { pathMeasures, windowHours } from '../evidence/measures.ts';
import { linkLifeOf } from '../evidence/terms.ts';
import type { AccessPath } from '../paths.ts';
import { declaredRenderMs } from '../plan.ts';
import type { ClipBook } from './plan-clips.ts';
import { allSheets } from './prices.ts';

export type AskedPath = NonNullable<z.output<typeof CreatePlan>['paths']>[number];
export type PathsAnswer = { ok: true; paths: WorldPath[] } | { ok: false; refusal: Refusal };

/** There and back, where nobody has measured them. */
const SUBMIT_MS = 400;
const QUESTION_MS = 200;
const CALLBACK = { arrive: 0.98, delayMs: 1_000 };
const FAILURES_LEAST = 20;
const ATTEMPTS_LEAST = 20;

type Ground = {
  context: Context;
  sheets: readonly PriceSheet[];
  slots: readonly SlotRow[];
  book: ClipBook;
  note: (assumption: PlanAssumption) => void;
};

export async function worldPaths(
  context: Context,
  asked: readonly AskedPath[],
  book: ClipBook,
  note: (assumption: PlanAssumption) => void,
): Promise<PathsAnswer> {
  await context.paths.refresh(context.clock.now());
  const [sheets, slots] = await Promise.all([allSheets(context), context.store.stats.slots()]);
  const ground = { context, sheets, slots, book, note };
  const paths: WorldPath[] = [];
  for (const [index, each] of asked.entries()) {
    const path = await worldPath(ground, each, `paths[${index}]`);
    if ('code' in path) return { ok: false, refusal: path };
    paths.push(path);
  }
  for (const [number, clip] of book.clips.entries()) {
    if (paths.some((path) => path.clips[number]?.charged)) continue;
    const why = paths.map((path) => `${path.name} ${whyNot(path.clips[number])}`).join('; ');
    const message = `No path can make ${clip.name}: ${why}.`;
    return { ok: false, refusal: { code: 'no_route', field: 'paths', message } };
  }
  return { ok: true, paths };
}

async function worldPath(ground: Ground, asked: AskedPath, field: string): Promise<WorldPath | Refusal> {
  const known = ground.context.paths.byName(asked.path);
  const provider = asked.provider === undefined ? known?.provider : providerById(asked.provider);
  if (!provider) {
    const message = `There is no path "${asked.path}"; one that is only thought of needs a provider.`;
    return {
      code: 'invalid_input',
      field: `${field}.provider`,
      message,
      allowed: providers.map(({ id }) => id),
    };
  }
  const found =
    asked.price_sheet === undefined ? known?.sheet : ground.sheets.find(({ id }) => id === asked.price_sheet);
  if (!found) {
    const message = `${asked.path} needs a price sheet.`;
    return {
      code: 'invalid_input',
      field: `${field}.price_sheet`,
      message,
      allowed: ground.sheets.map(({ id }) => id),
    };
  }
  const sheet = dearer(found, asked.price_factor);
  noteSheet(ground, asked, found);
  const slots = slotsOf(ground, asked, field);
  if ('code' in slots) return slots;
  const traffic = known ? await trafficOf(ground, asked.path) : null;
  const clips: PathClip[] = [];
  for (const clip of ground.book.clips)
    clips.push(await pathClip(ground, asked, { known, provider, sheet }, clip));
  return {
    name: asked.path,
    sandbox: known?.row.sandbox ?? false,
    clips,
    slots: slots.slots,
    full: asked.full ?? (provider.abilities.slotModel === 'queues' ? 'queues' : 'refuses'),
    submitsPerSecond: asked.submits_per_second ?? null,
    submitMs: submitMsOf(ground, asked, traffic),
    questionMs: QUESTION_MS,
    batch: provider.abilities.batchQuery,
    callbacks: callbacksOf(ground, asked, traffic),
    failureShare: await failuresOf(ground, asked, known),
    linkLifeMs: linkLife(ground, asked, provider, known),
    depositMicros: asked.deposit === undefined ? null : microsFromDecimal(asked.deposit),
  };
}

function whyNot(clip: PathClip | undefined): string {
  if (clip === undefined) return 'does not know it';
  if (!clip.supported.ok) return clip.supported.reason;
  return clip.priced?.ok === false
    ? (clip.priced.refusal.message ?? 'has no price for it')
    : 'has no price for it';
}

/** The factor in ten-thousandths, so that money stays whole. */
function dearer(sheet: PriceSheet, factor: number): PriceSheet {
  if (factor === 1) return sheet;
  const micros = (microsFromDecimal(sheet.unit_price.amount) * BigInt(Math.round(factor * 10_000))) / 10_000n;
  return { ...sheet, unit_price: { ...sheet.unit_price, amount: decimalFromMicros(micros) } };
}

function noteSheet({ note }: Ground, { path, price_factor: factor }: AskedPath, sheet: PriceSheet): void {
  const times = factor === 1 ? '' : ` × ${factor}`;
  const { grade, source } = sheet;
  note({
    subject: `price of ${path}`,
    value: `${sheet.id}${times}`,
    grade: grade === 'unknown' ? 'assumed' : grade,
    source: `${source.name}, reviewed ${source.reviewed_on}`,
  });
}

function slotsOf(
  { slots: rows, book, note }: Ground,
  asked: AskedPath,
  field: string,
): { slots: WorldPath['slots'] } | Refusal {
  const slots: ({ slots: number; known: boolean } | null)[] = [];
  for (const family of book.families) {
    const given = typeof asked.slots === 'object' ? (asked.slots[family] ?? asked.slots['*']) : asked.slots;
    const row = rows.find((each) => each.path_name === asked.path && each.family === family);
    const count = given ?? (row ? effectiveLimit(row) : undefined);
    if (count === undefined || count > 1_000_000) {
      const message = `How many tasks of ${family} does ${asked.path} run at once?`;
      return { code: 'invalid_input', field: `${field}.slots`, message };
    }
    const learned = row?.learned ?? null;
    const [grade, source] =
      given !== undefined
        ? (['given', 'the question'] as const)
        : row?.configured != null
          ? (['given', 'the limit configured for the path'] as const)
          : learned !== null && row?.probing === false
            ? (['measured', 'refusals of the vendor'] as const)
            : (['assumed', 'nobody has refused us yet: the real limit may be higher or lower'] as const);
    note({ subject: `slots of ${asked.path} for ${family}`, value: String(count), grade, source });
    slots.push({ slots: count, known: asked.slots_known });
  }
  return { slots };
}

type On = { known: AccessPath | null; provider: Provider; sheet: PriceSheet };

async function pathClip(ground: Ground, asked: AskedPath, on: On, clip: Clip): Promise<PathClip> {
  const { context, note } = ground;
  const model = context.catalogue.model(clip.order.model)?.model;
  if (!model) throw new Error(`the catalogue has no ${clip.order.model}`);
  const at = on.known?.context(context.clock.now()) ?? {
    name: asked.path,
    baseUrl: on.provider.defaultBaseUrl,
    credential: {},
    settings: {},
    nowMs: context.clock.now(),
  };
  const told = on.provider.supports(clip.order, at);
  // A path that is only thought of has no credential yet; whether it can make the clip is told by its price sheet.
  const supported = on.known === null && !told.ok && told.field === 'path' ? ({ ok: true } as const) : told;
  const priced = quote(clip.order, model, on.sheet, { markupPercent: 0, currency: 'USD' });
  const declaredMs = declaredRenderMs(clip.order, model) * asked.render_factor;
  const measured = await context.store.stats.renderTimes(asked.path, shapeOf(clip.order));
  const knownMs = measured.map((ms) => ms * asked.render_factor);
  const times = renderTimesOf(knownMs, declaredMs);
  const renders: RenderTimes =
    times.kind === 'assumed' ? { ...times, sigma: asked.render_spread ?? times.sigma } : times;
  if (supported.ok && priced.ok) {
    const sure = knownMs.length >= SAMPLES_TO_TRUST;
    note({
      subject: `render times of ${clip.name} on ${asked.path}`,
      value: sure ? `${knownMs.length} renders` : `median ${Math.round(declaredMs / 1000)} s, spread guessed`,
      grade: sure ? 'measured' : 'assumed',
      source: sure
        ? 'renders here'
        : `${model.expected_render_seconds.source.name} (${model.expected_render_seconds.grade})`,
    });
  }
  const delivered = priced.ok ? finalCharge(priced.snapshot, { seconds: clip.seconds }).costMicros : 0n;
  return {
    supported,
    sheet: on.sheet,
    priced,
    charged:
      priced.ok && supported.ok
        ? {
            priced,
            costMicros: delivered,
            failedCostMicros: on.sheet.bills_failures === true ? delivered : 0n,
          }
        : null,
    renders,
    declaredMs,
    knownMs,
  };
}

/** What the path's own attempts showed of late; null: hardly any. */
async function trafficOf({ context }: Ground, path: string): Promise<PathMeasures | null> {
  const measures = await pathMeasures(context, path, windowHours['30d']);
  return measures !== null && measures.attempts >= ATTEMPTS_LEAST ? measures : null;
}

function submitMsOf({ note }: Ground, asked: AskedPath, traffic: PathMeasures | null): number {
  const measured = traffic?.submit_ms?.p50 ?? null;
  const submitMs = measured ?? SUBMIT_MS;
  note({
    subject: `answers of ${asked.path}`,
    value: `a submit takes ${submitMs} ms, a question ${QUESTION_MS} ms (guessed)`,
    grade: measured === null ? 'assumed' : 'measured',
    source: measured === null ? 'a guess' : `${traffic?.submit_ms?.count} submits here`,
  });
  return submitMs;
}

function callbacksOf(
  { context, note }: Ground,
  asked: AskedPath,
  traffic: PathMeasures | null,
): WorldPath['callbacks'] {
  const subject = `callbacks of ${asked.path}`;
  const seen = traffic?.callbacks;
  if (asked.callbacks === undefined && seen?.share != null && seen.delay_ms !== null) {
    const value = `${Math.round(seen.share * 100)} % arrive, after ${seen.delay_ms.p50 / 1000} s`;
    note({ subject, value, grade: 'measured', source: `${seen.expected} ends here` });
    return { arrive: seen.share, delayMs: Math.max(1, seen.delay_ms.p50) };
  }
  const given = asked.callbacks ?? context.settings.publicUrl !== null;
  const value = given ? `${CALLBACK.arrive * 100} % arrive, after ${CALLBACK.delayMs / 1000} s` : 'none';
  const source = given ? 'a guess' : 'no public address for callbacks';
  const grade = asked.callbacks === undefined && given ? 'assumed' : 'given';
  note({ subject, value, grade, source });
  return given ? CALLBACK : null;
}

async function failuresOf(
  { context, book, note }: Ground,
  asked: AskedPath,
  known: AccessPath | null,
): Promise<number> {
  const subject = `renders that ${asked.path} fails`;
  if (asked.failure_share !== undefined) {
    note({ subject, value: `${asked.failure_share * 100} %`, grade: 'given', source: 'the question' });
    return asked.failure_share;
  }
  let ends = { failed: 0, of: 0 };
  for (const family of known ? book.families : []) {
    const row = (await context.store.stats.outcomes(family)).get(asked.path);
    if (row) ends = { failed: ends.failed + row.failed, of: ends.of + row.of };
  }
  const share = ends.of >= FAILURES_LEAST ? ends.failed / ends.of : failureShare(ends);
  const grade = ends.of >= FAILURES_LEAST ? 'measured' : 'assumed';
  const source =
    ends.of > 0 ? `the last ${ends.of} renders` : 'what the router takes an unknown path to fail';
  note({ subject, value: `${Math.round(share * 1000) / 10} %`, grade, source });
  return share;
}

function linkLife(
  { context, note }: Ground,
  asked: AskedPath,
  provider: Provider,
  known: AccessPath | null,
): number | null {
  const stated = known
    ? known.linkLifeSeconds
    : linkLifeOf(context.catalogue, provider.id, [], context.clock.now());
  const seconds = asked.link_life_seconds ?? stated;
  note({
    subject: `life of result links of ${asked.path}`,
    value: seconds === null ? 'not stated' : `${Math.round(seconds / 360) / 10} h`,
    grade: asked.link_life_seconds !== undefined ? 'given' : stated === null ? 'assumed' : 'declared',
    source:
      asked.link_life_seconds !== undefined
        ? 'the question'
        : `the dossier of ${known?.name ?? provider.name}`,
  });
  return seconds === null ? null : seconds * 1000;
}
