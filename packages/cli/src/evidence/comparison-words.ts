/** A comparison on a terminal: verdict first, then check by check, then what to ask whom. */
import { type Candidate, type Comparison, cellOf, mixText } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { type Column, table } from '../output/table.ts';
import { brief, clean, count } from '../output/text.ts';

const QUESTIONS_SHOWN = 12;
const CANDIDATES_WITH_QUESTIONS = 2;

export function comparisonText(comparison: Comparison, paint: Paint): string {
  const { color } = paint;
  const { candidates, verdict, checks } = comparison;
  const [first, ...rest] = verdict.sentences;
  const said = [color.bold(clean(first ?? '')), ...rest.map(clean)].map((line) => `  ${line}`);
  const blocks = checks.map(
    ({ check, number, title }) =>
      `${color.bold(`${number}. ${title}`)}\n${checkTable(candidates, check, paint).replace(/^/gm, '   ')}`,
  );
  return [
    `${color.bold('Mix')}  ${clean(mixText(comparison))}${peakText(comparison)}`,
    `${color.bold('Verdict')}\n${said.join('\n')}`,
    ...blocks,
    ...questionsText(comparison, paint),
  ].join('\n\n');
}

function peakText({ peak_in_flight: peak }: Comparison): string {
  return peak === null ? '' : `; ${peak} at once at the peak`;
}

function checkTable(
  candidates: readonly Candidate[],
  check: Comparison['checks'][number]['check'],
  paint: Paint,
): string {
  const { color } = paint;
  const columns: Column<Candidate>[] = [
    { title: '', cell: (each) => (each.rank === 1 ? color.green(clean(each.name)) : clean(each.name)) },
    {
      title: 'grade',
      cell: (each) => {
        const { grade, stale } = cellOf(each, check);
        if (grade === 'unknown') return color.yellow(grade);
        return stale ? color.yellow(`${grade}, stale`) : grade;
      },
    },
    { title: 'reviewed', cell: (each) => cellOf(each, check).reviewedOn ?? '' },
    { title: 'what is known', cell: (each) => brief(cellOf(each, check).text, 160), flexible: true },
  ];
  return table(columns, candidates, paint);
}

/** For those that one would really write to. */
function questionsText({ candidates }: Comparison, { color }: Paint): string[] {
  return candidates
    .filter(({ rank, open_questions: open }) => rank !== null && open.length > 0)
    .slice(0, CANDIDATES_WITH_QUESTIONS)
    .map(({ name, provider_name: vendor, open_questions: open }) => {
      const shown = open.slice(0, QUESTIONS_SHOWN).map(({ question }) => `  · ${clean(question)}`);
      const more = open.length - shown.length;
      const rest =
        more > 0 ? [color.dim(`  … and ${count(more, 'more question')}: sluice dossier ${clean(name)}`)] : [];
      return [color.bold(`To ask ${clean(vendor)}`), ...shown, ...rest].join('\n');
    });
}
