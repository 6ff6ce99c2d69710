/** What a comparison says in one cell: the fact that decides a check, short enough for a table. */
import type { Candidate, Check, Comparison, DossierFact, FactName } from './types.ts';

export type Cell = { text: string; grade: string; reviewedOn: string | null; stale: boolean };

/** The fact that a reader looks for first in each check. */
const DECIDING: Readonly<Record<Exclude<Check, 'price'>, readonly FactName[]>> = {
  balance: ['prepaid_required', 'deposit_minimum', 'approval_required'],
  throughput: ['concurrency_limit', 'burst_limit'],
  integration: ['authentication'],
  async: ['callbacks', 'callback_signature', 'lost_answer'],
  retention: ['result_link_life'],
};

export function cellOf(candidate: Candidate, check: Check): Cell {
  if (check === 'price') return priceCell(candidate);
  const facts = candidate.checks.find((each) => each.check === check)?.facts ?? [];
  const shown = DECIDING[check].flatMap((name) => facts.find(({ fact }) => fact === name) ?? []);
  const known = shown.flatMap(({ standing }) => (standing?.value === null ? [] : (standing ?? [])));
  const dates = known.map(({ source }) => source.reviewed_on).sort();
  return {
    text: shown.map(wordOf).join('; '),
    grade: known.some(({ grade }) => grade === 'measured')
      ? 'measured'
      : known.length > 0
        ? 'declared'
        : 'unknown',
    reviewedOn: dates[0] ?? null,
    stale: known.some(({ stale }) => stale),
  };
}

function wordOf({ fact, standing, statements, disagree }: DossierFact): string {
  const value = standing?.value ?? null;
  const short = SHORT[fact];
  const words = short === undefined || value === null ? null : short(value);
  const plans = statements.filter((each) => each.origin === standing?.origin && each.value !== null);
  const plain =
    fact === 'concurrency_limit' && plans.length > 1 ? plans.map(({ text }) => text).join('; ') : null;
  const text =
    words ?? plain ?? (value === null ? `${UNKNOWN[fact] ?? fact} unknown` : (standing?.text ?? '–'));
  return disagree ? `${text} (disputed)` : text;
}

const UNKNOWN: Partial<Record<FactName, string>> = {
  prepaid_required: 'prepayment',
  deposit_minimum: 'deposit',
  approval_required: 'approval',
  concurrency_limit: 'limit',
  burst_limit: 'burst',
  authentication: 'authentication',
  callbacks: 'callbacks',
  callback_signature: 'signature',
  lost_answer: 'lost answer',
  result_link_life: 'link life',
};

const SHORT: Partial<Record<FactName, (value: boolean | number | string) => string>> = {
  prepaid_required: (value) => (value === true ? 'prepaid' : 'no prepayment'),
  deposit_minimum: (value) => `deposit ${value} USD`,
  approval_required: (value) => (value === true ? 'approval needed' : 'no approval'),
  authentication: (value) => String(value).split(';')[0] ?? '',
  callbacks: (value) => (value === true ? 'callbacks' : 'no callbacks'),
  callback_signature: (value) => String(value).split(/[;,]/)[0]?.toLowerCase() ?? '',
  lost_answer: (value) => `lost answer ${String(value).slice(0, 2)}`,
};

function priceCell({ price }: Candidate): Cell {
  const perSecond = price.per_second === null ? '' : ` (${price.per_second} a second)`;
  const delivered =
    price.delivered_per_second === null ? '' : `; delivered: ${price.delivered_per_second} a second`;
  const missing = price.lines.find(({ why_not }) => why_not !== null)?.why_not ?? 'no price';
  return {
    text: price.total === null ? `not all of it: ${missing}` : `${price.total} USD${perSecond}${delivered}`,
    grade: price.grade,
    reviewedOn: price.sheet_date,
    stale: price.sheet_stale,
  };
}

export function mixText({ mix, seconds }: Comparison): string {
  const lines = mix.map(({ count, label }) => `${count} × ${label}`).join(', ');
  return seconds === null ? lines : `${lines}; ${seconds} s in all`;
}
