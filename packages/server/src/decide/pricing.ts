/**
 * What an order costs: the quote before anything is held, the charge when the clip was delivered, and what an
 * upstream's own bill means in dollars. Bigint micro-dollars throughout.
 *
 * Three promises: the hold is the worst case; the charge is never above the hold; a clip that came shorter
 * than ordered is charged for what was delivered.
 */
import {
  type ModelDefinition,
  microsFromDecimal,
  type Order,
  type PriceEntry,
  type PriceSheet,
  type Refusal,
} from '@sluice/contract';
import { lengthRange } from './order/media.ts';
import { msFromSeconds, type PriceFactors, roundedUp, timesMs, unitPriceOf } from './pricing/arithmetic.ts';
import { type FoundEntry, findEntry, hasVideoInput } from './pricing/entries.ts';
import type { PricedSnapshot } from './pricing/snapshot.ts';

export { ambiguousEntries, findEntry } from './pricing/entries.ts';
export { PricedSnapshot, quoteOnTask } from './pricing/snapshot.ts';

/** Clips come a frame and an audio packet longer than they were ordered: 3 s as 3.041 s (seen 2026-09-22). */
const ENCODER_TAIL_MS = 100;

export type QuoteOptions = {
  /** What the operator adds to the sheet: 12.5 means + 12.5 %. At most four decimals, not below −100. */
  markupPercent: number;
  currency: 'USD';
};

export type Priced = {
  ok: true;
  minimumMicros: bigint;
  /** The worst case: what is held. */
  maximumMicros: bigint;
  unitPriceMicros: bigint;
  per: 'second' | 'task';
  sheetId: string;
  sheetDate: string;
  entryIndex: number;
  /** What the upstream would take for the worst case, at list price without markup. */
  costMaximumMicros: bigint;
  /** The price in words, for receipts. */
  rule: string;
  /** What the task keeps of its price. */
  snapshot: PricedSnapshot;
};

export type Quoted = Priced | { ok: false; refusal: Refusal };

/**
 * Where the clip follows an input video whose length nobody knows, minimum and maximum are those of the
 * shortest and the longest video that the model takes.
 */
export function quote(
  order: Order,
  model: ModelDefinition,
  sheet: PriceSheet,
  options: QuoteOptions,
): Quoted {
  const found = findEntry(order, sheet);
  if (found === null) return { ok: false, refusal: noPrice(order, sheet) };
  const { entry, index } = found;
  const range = entry.per === 'second' ? lengthRange(order, model) : { min: 0, max: 0 };
  if (range === null) return { ok: false, refusal: noLength(order) };
  const factors: PriceFactors = {
    amount: entry.amount,
    unitPrice: sheet.unit_price.amount,
    markupPercent: markupDecimal(options.markupPercent),
  };
  const counted = countedIn(order, entry);
  if (counted === 'unknown') return { ok: false, refusal: noLength(order) };
  const terms: Terms = {
    per: entry.per,
    rounding: sheet.rounding,
    minimumSeconds: entry.minimum_seconds ?? 0,
    ...(counted === null ? {} : { counted }),
  };
  // As it will be charged: a clip that follows a video of 4.04 s may well be charged as 4 s.
  const minimumMs = billableMs(withoutTail(msFromSeconds(range.min), terms.rounding), terms);
  const maximumMs = billableMs(msFromSeconds(range.max), terms);
  const maximumMicros = amountMicros(factors, terms.per, maximumMs);
  const minimumMicros = amountMicros(factors, terms.per, minimumMs);
  const unitPriceMicros = roundedUp(unitPriceOf(factors));
  const costMaximumMicros = amountMicros({ ...factors, markupPercent: '0' }, terms.per, maximumMs);
  const rule = ruleInWords(found, sheet, factors, terms);
  const head = {
    per: entry.per,
    sheetId: sheet.id,
    sheetDate: sheet.valid_from,
    entryIndex: index,
    rule,
  };
  return {
    ok: true,
    ...head,
    minimumMicros,
    maximumMicros,
    unitPriceMicros,
    costMaximumMicros,
    snapshot: {
      currency: options.currency,
      ...head,
      minimumMicros: minimumMicros.toString(),
      maximumMicros: maximumMicros.toString(),
      unitPriceMicros: unitPriceMicros.toString(),
      costMaximumMicros: costMaximumMicros.toString(),
      ...factors,
      unit: sheet.unit,
      rounding: terms.rounding,
      minimumSeconds: terms.minimumSeconds,
      ...(counted === null ? {} : { counted }),
    },
  };
}

/**
 * The charge for what was delivered, and what the upstream should have taken for it at list price (the
 * upstream's own figure, where it states one, takes the place of the latter in the books).
 */
export function finalCharge(
  snapshot: PricedSnapshot,
  delivered: { seconds: number },
): { chargeMicros: bigint; costMicros: bigint } {
  const ms = billableMs(withoutTail(msFromSeconds(delivered.seconds), snapshot.rounding), snapshot);
  const chargeMicros = amountMicros(snapshot, snapshot.per, ms);
  const costMicros = amountMicros({ ...snapshot, markupPercent: '0' }, snapshot.per, ms);
  return {
    chargeMicros: smaller(chargeMicros, BigInt(snapshot.maximumMicros)),
    costMicros: smaller(costMicros, BigInt(snapshot.costMaximumMicros)),
  };
}

/** What an upstream's bill is in micro-dollars; null for a unit that the sheet cannot convert. */
export function costFromUpstream(
  cost: { unit: string; amountMicros: bigint },
  sheet: Pick<PriceSheet, 'unit' | 'unit_price'>,
): bigint | null {
  if (cost.amountMicros < 0n) return null;
  if (cost.unit === 'USD') return cost.amountMicros;
  if (cost.unit !== sheet.unit) return null;
  const product = cost.amountMicros * microsFromDecimal(sheet.unit_price.amount);
  return roundedUp({ numerator: product, denominator: 1_000_000n });
}

type Terms = Pick<PricedSnapshot, 'per' | 'rounding' | 'minimumSeconds' | 'counted'>;

/**
 * What is counted besides the clip; null: nothing. An input whose length nobody knows has no price: neither the
 * customer nor we should pay for a guess.
 */
function countedIn(order: Order, entry: PriceEntry): NonNullable<Terms['counted']> | null | 'unknown' {
  if (entry.counted_seconds === undefined) return null;
  const outputTimesMin = entry.counted_seconds.output_times_min;
  if (!hasVideoInput(order)) return { inputMs: 0, outputTimesMin };
  if (order.seconds === null) return { inputMs: null, outputTimesMin };
  return order.inputSeconds === null
    ? 'unknown'
    : { inputMs: msFromSeconds(order.inputSeconds), outputTimesMin };
}

/** A started second counts as a whole one, but not when it is only the tail that encoders leave. */
function withoutTail(ms: number, rounding: Terms['rounding']): number {
  return rounding === 'whole_seconds_up' ? Math.max(0, ms - ENCODER_TAIL_MS) : ms;
}

function billableMs(outputMs: number, terms: Terms): number {
  const { counted } = terms;
  const ms =
    counted === undefined
      ? outputMs
      : Math.max(outputMs + (counted.inputMs ?? outputMs), outputMs * counted.outputTimesMin);
  const atLeast = Math.max(ms, terms.minimumSeconds * 1000);
  return terms.rounding === 'whole_seconds_up' ? Math.ceil(atLeast / 1000) * 1000 : atLeast;
}

function amountMicros(factors: PriceFactors, per: 'second' | 'task', ms: number): bigint {
  const price = unitPriceOf(factors);
  return roundedUp(per === 'task' ? price : timesMs(price, ms));
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function markupDecimal(percent: number): string {
  if (!Number.isFinite(percent) || percent < -100 || percent > 1_000_000) {
    throw new RangeError(`not a markup: ${percent} %`);
  }
  return percent.toFixed(4);
}

function ruleInWords({ entry }: FoundEntry, sheet: PriceSheet, factors: PriceFactors, terms: Terms): string {
  const unit = sheet.unit === 'USD' ? `${entry.amount} USD` : `${entry.amount} ${sheet.unit}`;
  const rate = sheet.unit === 'USD' ? '' : ` × ${sheet.unit_price.amount} USD`;
  const markup = Number(factors.markupPercent);
  return [
    `${unit} per ${entry.per}${rate}`,
    ...(markup === 0 ? [] : [`${markup > 0 ? '+' : '−'} ${Math.abs(markup)} %`]),
    ...(terms.per === 'second' && terms.rounding === 'whole_seconds_up' ? ['whole seconds rounded up'] : []),
    ...(terms.minimumSeconds > 0 ? [`at least ${terms.minimumSeconds} s`] : []),
    ...(terms.counted === undefined
      ? []
      : [`seconds of input and clip, at least ${terms.counted.outputTimesMin} × the clip`]),
  ].join(', ');
}

function noPrice(order: Order, sheet: PriceSheet): Refusal {
  const wanted = `${order.model}, ${order.mode}, ${order.resolution}, sound ${order.sound}`;
  const priced = sheet.entries.filter((entry) => entry.model === order.model);
  return {
    code: 'no_price',
    field: priced.length === 0 ? 'model' : 'quality',
    message: `Price sheet ${sheet.id} has no price for ${wanted}.`,
    allowed: priced.map(({ modes, resolution, sound, video_input }) => ({
      ...(modes === undefined ? {} : { modes }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(sound === undefined ? {} : { sound }),
      ...(video_input === undefined ? {} : { video_input }),
    })),
    fix: 'Choose a priced combination, or add a price entry for the path.',
  };
}

function noLength(order: Order): Refusal {
  return {
    code: 'invalid_input',
    field: 'input_seconds',
    message: `${order.model} is priced by the length of the input video, and that is not known.`,
    fix: 'Send input_seconds, or upload the video.',
  };
}
