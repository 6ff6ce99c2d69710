/**
 * Our books beside the upstream's: what each ended attempt cost by our record, and what the upstream says of it now.
 * Asks by the free status query only, and changes nothing: a difference is for a person to look into and to correct by
 * an adjustment with its reason.
 */
import type { Observation } from '../../providers/contract.ts';
import type { EndedAttemptRow } from '../../store/operator.ts';
import type { Context } from '../context.ts';

export type StatementLine = {
  attempt: EndedAttemptRow;
  finding: 'equal' | 'different' | 'not_stated' | 'not_found';
  unit: string | null;
  statedMicros: bigint | null;
};

export type PathStatement = { lines: StatementLine[]; complete: boolean; next: string | null };

export type StatementPage = { sinceMs: number; before: string | null; most: number };

/** Null: there is no such path. */
export async function pathStatement(
  context: Context,
  name: string,
  page: StatementPage,
): Promise<PathStatement | null> {
  await context.paths.refresh(context.clock.now(), true);
  const path = context.paths.byName(name);
  if (!path) return null;
  const attempts = await context.store.operator.endedAttempts(name, page);
  const batch = path.provider.abilities.batchQuery;
  const lines: StatementLine[] = [];
  for (let start = 0; start < attempts.length; start += batch) {
    const asked = attempts.slice(start, start + batch);
    const at = path.context(context.clock.now());
    const handles = asked.map((attempt) => ({
      attemptId: attempt.id,
      correlationId: attempt.correlation_id,
      handle: attempt.handle,
    }));
    const { outcome } = await context.drive.run(path.provider.observe(at, handles), at);
    if (outcome.kind === 'question_failed') continue;
    for (const attempt of asked) {
      const observation = outcome.observations.get(attempt.id);
      if (observation) lines.push(lineOf(attempt, observation));
    }
  }
  const next = attempts.length === page.most ? (attempts.at(-1)?.id ?? null) : null;
  return { lines, complete: lines.length === attempts.length, next };
}

function lineOf(attempt: EndedAttemptRow, { status, cost }: Observation): StatementLine {
  if (status === 'not_found')
    return { attempt, finding: 'not_found', unit: attempt.cost_unit, statedMicros: null };
  if (cost === null) return { attempt, finding: 'not_stated', unit: attempt.cost_unit, statedMicros: null };
  const same = attempt.cost_unit === cost.unit && attempt.cost_unit_micros === cost.amountMicros;
  return { attempt, finding: same ? 'equal' : 'different', unit: cost.unit, statedMicros: cost.amountMicros };
}
