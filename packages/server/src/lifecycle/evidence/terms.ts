/**
 * Terms of vendors as statements: those of the shipped dossiers and those that stand in the database. What decisions
 * build on (how long a link lives) is read from here, so that a term that changes is a change of data.
 */
import { type DossierFile, FactName, FactScope, FactValue, factDefinitions, Source } from '@sluice/contract';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { type Statement, standingFigure } from '../../decide/dossier.ts';
import type { FactRow } from '../../store/facts.ts';

export function shippedFacts(catalogue: Pick<Catalogue, 'dossier'>, providerId: string): Statement[] {
  const facts: DossierFile['facts'] = catalogue.dossier(providerId)?.facts ?? [];
  return facts.map(({ reviewed_by: reviewedBy, unit, note, ...fact }) => ({
    ...fact,
    unit: unit ?? factDefinitions[fact.fact].unit,
    reviewedBy,
    note: note ?? null,
    origin: 'shipped',
  }));
}

/** How long a result link lives, in seconds, by what is stated in public and (`stated`) about the path itself. */
export function linkLifeOf(
  catalogue: Pick<Catalogue, 'dossier' | 'staleAfterDays'>,
  providerId: string,
  stated: readonly FactRow[],
  nowMs: number,
): number | null {
  const statements = [...stated.map(statedFact), ...shippedFacts(catalogue, providerId)];
  const { staleAfterDays } = catalogue;
  return standingFigure('result_link_life', statements, { nowMs, staleAfterDays });
}

export function statedFact(row: FactRow): Statement {
  return {
    fact: FactName.parse(row.fact),
    value: FactValue.parse(row.value),
    unit: row.unit,
    scope: FactScope.parse(row.scope),
    grade: row.grade === 'measured' ? 'measured' : row.grade === 'unknown' ? 'unknown' : 'declared',
    origin: row.origin,
    source: Source.parse(row.source),
    reviewedBy: row.reviewed_by,
    note: row.note,
  };
}
