/** Statements on paths as the API shows them. */
import { type FactChange, FactName, FactScope, FactValue, Source } from '@sluice/contract';
import { statedFact } from '../../lifecycle/evidence/terms.ts';
import type { FactRow } from '../../store/facts.ts';
import { instant } from './instant.ts';

export function factView(row: FactRow): FactChange {
  return {
    id: row.id,
    object: 'fact',
    path: row.path_name,
    fact: FactName.parse(row.fact),
    value: FactValue.parse(row.value),
    unit: row.unit,
    scope: FactScope.parse(row.scope),
    grade: statedFact(row).grade,
    source: Source.parse(row.source),
    reviewed_by: row.reviewed_by,
    note: row.note,
    at: instant(row.at),
    replaces: row.replaces,
    entered_with: row.key_id,
  };
}
