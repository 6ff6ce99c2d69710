/** Whether a path carries a peak, by what is stated of its limit. Of several plans, a larger one can be bought. */
import type { Dossier, FactStatement } from '@sluice/contract';

export type PeakFit =
  /** No peak was named. */
  | { kind: 'not_asked' }
  | { kind: 'unknown' }
  | { kind: 'carries'; by: FactStatement }
  /** One plan carries it, and another does not. */
  | { kind: 'on_a_plan'; by: FactStatement; below: FactStatement }
  | { kind: 'below'; most: FactStatement };

export function peakFit({ checks }: Pick<Dossier, 'checks'>, peak: number | null): PeakFit {
  if (peak === null) return { kind: 'not_asked' };
  const fact = checks.flatMap(({ facts }) => facts).find((each) => each.fact === 'concurrency_limit');
  const { standing = null, statements = [] } = fact ?? {};
  const stated = statements.filter(
    ({ origin, value }) => origin === standing?.origin && typeof value === 'number',
  );
  const [below] = stated;
  const carrying = stated.find(({ value }) => Number(value) >= peak);
  if (!below) return { kind: 'unknown' };
  if (Number(below.value) >= peak) return { kind: 'carries', by: below };
  return carrying
    ? { kind: 'on_a_plan', by: carrying, below }
    : { kind: 'below', most: stated.at(-1) ?? below };
}
