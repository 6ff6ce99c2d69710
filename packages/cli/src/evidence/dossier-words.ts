/** Dossiers in words: by the five checks and the price, each fact with its grade, its age and its source. */
import type { Dossier, DossierFact, FactChange, FactStatement } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { brief, clean, moment, NOTHING } from '../output/text.ts';

export function dossierText(dossier: Dossier, all: boolean, paint: Paint): string {
  const { color } = paint;
  const name = dossier.path ?? dossier.provider;
  const head = `${color.bold(clean(name))}  ${clean(dossier.provider_name)}${
    dossier.path === null ? ', no path is set up' : ''
  }`;
  const checks = dossier.checks.map((check) => {
    const title = color.bold(`${check.number}. ${check.title}`);
    return `${title}\n${factsTable(check.facts, all, paint).replace(/^/gm, '   ')}`;
  });
  const questions = dossier.open_questions.map(
    ({ question, because }) => `  · ${clean(question)} ${color.dim(`(${clean(because)})`)}`,
  );
  const open = questions.length === 0 ? [] : [`${color.bold('To ask the vendor')}\n${questions.join('\n')}`];
  return [head, ...checks, ...open].join('\n\n');
}

type Row = { fact: DossierFact; statement: FactStatement | null; counts: boolean };

function factsTable(facts: readonly DossierFact[], all: boolean, paint: Paint): string {
  const rows = facts.flatMap((fact): Row[] => {
    const beside = all || fact.disagree ? fact.statements.slice(1) : [];
    return [
      { fact, statement: fact.standing, counts: true },
      ...beside.map((statement) => ({ fact, statement, counts: false })),
    ];
  });
  const { color } = paint;
  return table(
    [
      { title: 'fact', cell: ({ fact, counts }) => (counts ? clean(fact.fact) : '') },
      {
        title: 'value',
        cell: ({ fact, statement, counts }) => {
          const text = brief(statement?.text ?? 'unknown', 70);
          if (statement === null || statement.value === null) return color.yellow(text);
          return counts ? text + (fact.disagree ? color.red(' (disputed)') : '') : color.dim(`or ${text}`);
        },
      },
      { title: 'grade', cell: ({ statement }) => gradeText(statement, paint) },
      { title: 'by', cell: ({ statement }) => statement?.origin ?? NOTHING },
      { title: 'source', cell: ({ statement }) => clean(statement?.source.name ?? NOTHING), flexible: true },
    ],
    rows,
    paint,
  );
}

function gradeText(statement: FactStatement | null, { color }: Paint): string {
  if (statement === null) return color.yellow('unknown');
  const date = statement.source.reviewed_on;
  const text = `${statement.grade}, ${date}`;
  return statement.stale ? color.yellow(`${text}, stale`) : text;
}

export function changesTable(changes: readonly FactChange[], paint: Paint): string {
  if (changes.length === 0) return 'Nothing was stated or measured yet.';
  return table(
    [
      { title: 'when', cell: (change) => moment(change.at) },
      { title: 'fact', cell: (change) => clean(change.fact) },
      { title: 'value', cell: (change) => brief(String(change.value ?? 'unknown'), 50) },
      { title: 'grade', cell: (change) => change.grade },
      { title: 'by', cell: (change) => clean(change.reviewed_by) },
      { title: 'replaces', cell: (change) => change.replaces ?? NOTHING },
      { title: 'source', cell: (change) => clean(change.source.name), flexible: true },
    ],
    changes,
    paint,
  );
}
