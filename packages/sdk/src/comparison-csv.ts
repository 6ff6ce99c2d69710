/** A comparison as CSV (RFC 4180): one line for each candidate and fact, for a spreadsheet. */
import type { Comparison } from './types.ts';

const HEAD = [
  'candidate',
  'provider',
  'rank',
  'total_usd',
  'usd_per_second',
  'check',
  'check_title',
  'fact',
  'value',
  'unit',
  'grade',
  'by',
  'reviewed_on',
  'stale',
  'disputed',
  'source',
  'source_url',
  'question',
];

export function comparisonCsv({ candidates, checks }: Comparison): string {
  const lines = candidates.flatMap((candidate) =>
    candidate.checks.flatMap(({ check, facts }) =>
      facts.map((fact) => {
        const title = checks.find((each) => each.check === check);
        const { standing } = fact;
        return [
          candidate.name,
          candidate.provider,
          candidate.rank ?? '',
          candidate.price.total ?? '',
          candidate.price.per_second ?? '',
          title?.number ?? '',
          title?.title ?? check,
          fact.fact,
          standing?.value ?? 'unknown',
          standing?.unit ?? '',
          standing?.grade ?? 'unknown',
          standing?.origin ?? '',
          standing?.source.reviewed_on ?? '',
          standing?.stale ?? '',
          fact.disagree,
          standing?.source.name ?? '',
          standing?.source.url ?? '',
          fact.question ?? '',
        ];
      }),
    ),
  );
  return `${[HEAD, ...lines].map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`;
}

/** A spreadsheet would run what begins like a formula, so such text is led by an apostrophe. */
function quoted(value: string | number | boolean): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
