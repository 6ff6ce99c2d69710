/**
 * Paths and vendors beside each other for one mix of orders. Who cannot do all of it, or lacks a price for it, has no
 * rank; the others by whether their limit carries the peak, then by the price of exactly this mix, then by how little
 * is left to ask. The verdict says why, in sentences, and what is still open.
 */
import {
  type Candidate,
  Check,
  type ComparedCheck,
  type Comparison,
  checkDefinitions,
  type Dossier,
  decimalFromMicros,
  type EvidenceGrade,
} from '@sluice/contract';
import type { z } from 'zod';
import { type Concerns, concernsOf, type Judged } from './comparison/concerns.ts';
import { type PeakFit, peakFit } from './comparison/peak.ts';
import { verdictOf } from './comparison/verdict.ts';

export type ComparedOrder = Comparison['mix'][number];

export type CandidateInput = Omit<Judged, 'missing' | 'listPerSecondMicros' | 'fit'> & {
  name: string;
  kind: 'path' | 'vendor';
  sandbox: boolean;
  sheet: { id: string; date: string; grade: z.infer<typeof EvidenceGrade> } | null;
  /** For each line of the mix: the worst case of one clip, or why it cannot be had. */
  lines: readonly ({ ok: true; micros: bigint } | { ok: false; reason: string })[];
};

export type ComparisonInput = {
  orders: readonly ComparedOrder[];
  peak: number | null;
  candidates: readonly CandidateInput[];
  at: { nowMs: number; staleAfterDays: number };
};

export type Ranked = {
  input: CandidateInput;
  totalMicros: bigint | null;
  listPerSecondMicros: bigint | null;
  missing: string[];
  concerns: Concerns;
  open: number;
  fit: PeakFit;
};

export function comparisonOf({ orders, peak, candidates, at }: ComparisonInput): Comparison {
  const seconds = secondsOf(orders);
  const ranked = candidates.map((input) => rankedOf(input, orders, seconds, peak)).sort(byRank);
  const carriers = ranked.filter(({ totalMicros }) => totalMicros !== null);
  return {
    object: 'comparison',
    made_at: new Date(at.nowMs).toISOString(),
    currency: 'USD',
    stale_after_days: at.staleAfterDays,
    mix: [...orders],
    clips: orders.reduce((sum, { count }) => sum + count, 0),
    seconds,
    peak_in_flight: peak,
    checks: Check.options.map((check) => ({ check, ...checkDefinitions[check] })),
    candidates: ranked.map((each) => candidateOf(each, carriers.indexOf(each))),
    verdict: verdictOf(ranked, { peak, seconds }),
  };
}

/** Null where one of the lengths follows an input. */
function secondsOf(orders: readonly ComparedOrder[]): number | null {
  let sum = 0;
  for (const { seconds, count } of orders) {
    if (seconds === null) return null;
    sum += seconds * count;
  }
  return sum;
}

function rankedOf(
  input: CandidateInput,
  orders: readonly ComparedOrder[],
  seconds: number | null,
  peak: number | null,
): Ranked {
  let total = 0n;
  const missing: string[] = [];
  for (const [index, line] of input.lines.entries()) {
    const order = orders[index];
    if (!order) continue;
    if (line.ok) total += line.micros * BigInt(order.count);
    else missing.push(`${order.label}: ${line.reason}.`);
  }
  const totalMicros = missing.length === 0 ? total : null;
  const listPerSecondMicros =
    totalMicros === null || seconds === null || seconds === 0 ? null : totalMicros / BigInt(seconds);
  const fit = peakFit(input.dossier, peak);
  return {
    input,
    totalMicros,
    listPerSecondMicros,
    missing,
    concerns: concernsOf({ ...input, missing, listPerSecondMicros, fit }, peak),
    fit,
    open: input.dossier.open_questions.length,
  };
}

function byRank(a: Ranked, b: Ranked): number {
  const steps = [
    Number(a.totalMicros === null) - Number(b.totalMicros === null),
    Number(a.input.sandbox) - Number(b.input.sandbox),
    Number(a.fit.kind === 'below') - Number(b.fit.kind === 'below'),
    compare(a.totalMicros ?? 0n, b.totalMicros ?? 0n),
    a.open - b.open,
    a.input.name < b.input.name ? -1 : 1,
  ];
  return steps.find((step) => step !== 0) ?? 0;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function candidateOf({ input, ...ranked }: Ranked, place: number): Candidate {
  const { dossier, sheet } = input;
  return {
    name: input.name,
    kind: input.kind,
    provider: dossier.provider,
    provider_name: dossier.provider_name,
    sandbox: input.sandbox,
    rank: place < 0 ? null : place + 1,
    price: {
      total: decimalOf(ranked.totalMicros),
      per_second: decimalOf(ranked.listPerSecondMicros),
      delivered_per_second: decimalOf(input.deliveredPerSecondMicros),
      sheet: sheet?.id ?? null,
      sheet_date: sheet?.date ?? null,
      sheet_stale: input.sheetStale,
      grade: sheet?.grade ?? 'unknown',
      lines: input.lines.map((line, index) => ({
        line: index,
        price: line.ok ? decimalFromMicros(line.micros) : null,
        why_not: line.ok ? null : line.reason,
      })),
    },
    checks: dossier.checks.map((check) => comparedCheck(check, ranked.concerns)),
    concerns: Check.options.flatMap((check) => ranked.concerns[check]),
    open_questions: dossier.open_questions,
  };
}

function comparedCheck(
  { check, grade, summary, facts }: Dossier['checks'][number],
  concerns: Concerns,
): ComparedCheck {
  const known = facts.flatMap(({ standing }) =>
    standing !== null && standing.value !== null ? [standing] : [],
  );
  const reviews = known.map(({ source }) => source.reviewed_on).sort();
  return {
    check,
    grade,
    oldest_review: reviews[0] ?? null,
    stale: known.some(({ stale }) => stale),
    summary,
    concerns: concerns[check],
    facts,
  };
}

function decimalOf(micros: bigint | null): string | null {
  return micros === null ? null : decimalFromMicros(micros);
}
