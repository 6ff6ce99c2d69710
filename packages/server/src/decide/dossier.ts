/**
 * The dossier of a path: statements of all origins brought together by fact and check. What was measured counts before
 * what your team entered, that before what was read in documents, that before what the adapter declares; a fresh
 * statement counts before a stale one and any value before `unknown`. Nothing is thrown away: what does not count is
 * shown beside it, and a contradiction is called one.
 */
import {
  Check,
  checkDefinitions,
  type Dossier,
  type DossierCheck,
  type DossierFact,
  type EvidenceGrade,
  type FactName,
  type FactOrigin,
  type FactScope,
  type FactStatement,
  type FactValue,
  factDefinitions,
  factsOf,
  type OpenQuestion,
  type Source,
} from '@sluice/contract';
import type { z } from 'zod';
import { amountOf, sameValue, scopesMeet, scopeText, valueText } from './dossier/values.ts';

export type Statement = {
  fact: FactName;
  value: FactValue;
  unit: string | null;
  scope: FactScope;
  grade: z.infer<typeof EvidenceGrade>;
  origin: FactOrigin;
  source: z.infer<typeof Source>;
  reviewedBy: string;
  note: string | null;
};

export type DossierSubject = {
  path: string | null;
  provider: string;
  providerName: string;
  sandbox: boolean;
};

const DAY_MS = 86_400_000;
const ORIGINS: readonly FactOrigin[] = ['measured', 'yours', 'shipped', 'adapter'];

export function dossierOf(
  subject: DossierSubject,
  statements: readonly Statement[],
  at: { nowMs: number; staleAfterDays: number },
): Dossier {
  const checks = Check.options.map((check) => checkOf(check, statements, at));
  return {
    object: 'dossier',
    path: subject.path,
    provider: subject.provider,
    provider_name: subject.providerName,
    sandbox: subject.sandbox,
    made_at: new Date(at.nowMs).toISOString(),
    stale_after_days: at.staleAfterDays,
    checks,
    open_questions: checks.flatMap(questionsOf),
  };
}

/** The figure that counts of what is stated, for decisions that build on one; null: nobody knows. */
export function standingFigure(fact: FactName, statements: readonly Statement[], at: At): number | null {
  const own = statements.filter((each) => each.fact === fact);
  const value = factOf(fact, own, at).standing?.value ?? null;
  return typeof value === 'number' ? value : null;
}

type At = { nowMs: number; staleAfterDays: number };

function checkOf(check: Check, statements: readonly Statement[], at: At): DossierCheck {
  const { number, title } = checkDefinitions[check];
  const facts = factsOf(check).map((fact) =>
    factOf(
      fact,
      statements.filter((each) => each.fact === fact),
      at,
    ),
  );
  const known = facts.filter(isKnown);
  return {
    check,
    number,
    title,
    grade: weakest(known),
    known: known.length,
    open: facts.filter(({ question }) => question !== null).length,
    summary: summaryOf(facts),
    facts,
  };
}

export function isKnown({ standing }: DossierFact): boolean {
  return standing !== null && standing.value !== null;
}

function weakest(known: readonly DossierFact[]): z.infer<typeof EvidenceGrade> {
  if (known.length === 0) return 'unknown';
  return known.every(({ standing }) => standing?.grade === 'measured') ? 'measured' : 'declared';
}

function factOf(fact: FactName, statements: readonly Statement[], at: At): DossierFact {
  const definition = factDefinitions[fact];
  const shown = statements.map((each) => shownStatement(each, at));
  const sorted = [...shown].sort((a, b) => rank(a) - rank(b) || amount(a) - amount(b));
  const standing = sorted[0] ?? null;
  const quarrel = contradiction(fact, sorted);
  const open =
    standing === null || standing.value === null || standing.stale || quarrel !== null || sorted.length === 0;
  return {
    fact,
    title: definition.title,
    kind: definition.kind,
    unit: definition.unit,
    standing,
    statements: sorted,
    disagree: quarrel !== null,
    question: open ? questionText(fact, standing, quarrel) : null,
  };
}

function shownStatement(statement: Statement, { nowMs, staleAfterDays }: At): FactStatement {
  const { fact, value, unit, scope, grade, origin, source, reviewedBy, note } = statement;
  const reviewedMs = Date.parse(`${source.reviewed_on}T00:00:00Z`);
  const ageDays = Math.max(0, Math.floor((nowMs - reviewedMs) / DAY_MS));
  const where = scopeText(scope);
  const text = valueText(factDefinitions[fact], value, unit);
  return {
    value,
    unit,
    text: where === '' ? text : `${text} (${where})`,
    scope,
    grade: value === null ? 'unknown' : grade,
    origin,
    source,
    reviewed_by: reviewedBy,
    age_days: ageDays,
    stale: ageDays > staleAfterDays,
    note,
  };
}

/** Known before unknown, fresh before stale, then by who says it. */
function rank({ value, stale, origin }: FactStatement): number {
  return (value === null ? 100 : 0) + (stale ? 10 : 0) + ORIGINS.indexOf(origin);
}

/** Of equal statements on several plans the smallest is the one to build on. */
function amount({ value }: FactStatement): number {
  return typeof value === 'number' ? value : Number(amountOf(value) ?? 0n);
}

type Pair = [FactStatement, FactStatement];

/** Words of different people are never equal, so only figures and a yes or no can contradict each other. */
function contradiction(fact: FactName, statements: readonly FactStatement[]): Pair | null {
  const definition = factDefinitions[fact];
  if (definition.kind === 'words') return null;
  const known = statements.filter(({ value }) => value !== null);
  for (const [index, a] of known.entries()) {
    for (const b of known.slice(index + 1)) {
      if (!scopesMeet(a.scope, b.scope) || a.unit !== b.unit) continue;
      if (sameValue(definition, a.value, b.value, a.unit)) continue;
      // One origin may name several plans: whoever agrees with one of them contradicts none.
      const agrees = known.some(
        (c) => c !== a && c.origin === b.origin && sameValue(definition, a.value, c.value, a.unit),
      );
      if (!agrees) return [a, b];
    }
  }
  return null;
}

function questionText(fact: FactName, standing: FactStatement | null, quarrel: Pair | null): string | null {
  const { question } = factDefinitions[fact];
  if (question === null) return null;
  if (quarrel !== null) {
    const [a, b] = quarrel;
    return `${question} (We have ${a.text} from ${a.source.name}, and ${b.text} from ${b.source.name}.)`;
  }
  if (standing?.stale && standing.value !== null) {
    return `${question} (Is it still ${standing.text}, as of ${standing.source.reviewed_on}?)`;
  }
  return question;
}

function questionsOf({ check, facts }: DossierCheck): OpenQuestion[] {
  return facts.flatMap(({ fact, question, standing, disagree }) =>
    question === null ? [] : [{ check, fact, question, because: becauseOf(standing, disagree) }],
  );
}

function becauseOf(standing: FactStatement | null, disagree: boolean): string {
  if (disagree) return 'statements disagree';
  if (standing === null) return 'nobody has looked';
  if (standing.value === null) return `not stated when reviewed on ${standing.source.reviewed_on}`;
  return `last reviewed ${standing.age_days} days ago`;
}

/** The known facts in a line; of several plans all, because each may be yours. */
function summaryOf(facts: readonly DossierFact[]): string {
  const known = facts.filter(isKnown);
  if (known.length === 0) return 'Nothing is known.';
  return known
    .map(({ title, standing, statements }) => {
      const beside = statements.filter(
        (each) => each.origin === standing?.origin && each.value !== null && each.stale === standing.stale,
      );
      return `${title}: ${[...new Set(beside.map(({ text }) => text))].join('; ')}`;
    })
    .join('. ')
    .concat('.');
}
