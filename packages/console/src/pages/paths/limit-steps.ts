/** What limits were at given times, by the history of their changes. */
import type { LimitChange } from '@sluice/sdk';

type Of = 'learned' | 'configured';

/** The sum over families, at each of these times; null where none of them was known. */
export function stepsOf(
  changes: readonly LimitChange[],
  families: readonly string[],
  at: readonly number[],
  of: Of,
): (number | null)[] {
  const histories = families.map((family) =>
    changes
      .filter((change) => change.family === family)
      .map((change) => ({ ms: Date.parse(change.at), value: change[of] }))
      .sort((a, b) => a.ms - b.ms),
  );
  return at.map((ms) => {
    const held = histories.flatMap((history) => history.findLast((change) => change.ms <= ms)?.value ?? []);
    return held.length === 0 ? null : held.reduce((sum, each) => sum + each, 0);
  });
}
