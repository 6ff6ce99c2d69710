/** What a key may spend: how much of it is used, and the fields that set it. */
import type { Key } from '@sluice/sdk';
import { moneyText } from './amount.tsx';
import { Segments } from './choice.tsx';
import { cx } from './class.ts';
import { TextField } from './field.tsx';

export type Period = Key['budget_period'];

const PERIODS = [
  { value: 'total', label: 'in all' },
  { value: 'month', label: 'a month' },
  { value: 'day', label: 'a day' },
] as const;

/** From here on it is said aloud; alerts begin there as well, where nobody has set another share. */
const NEAR = 0.9;

/** From 0 to 1. Shares are estimates, so here amounts may be numbers. */
export function usedShare({ budget, budget_used }: Pick<Key, 'budget' | 'budget_used'>): number {
  if (budget === null) return 0;
  return Number(budget) > 0 ? Math.min(1, Number(budget_used) / Number(budget)) : 1;
}

export function isNearEnd(key: Pick<Key, 'budget' | 'budget_used'>): boolean {
  return usedShare(key) >= NEAR;
}

export function BudgetUse({ keyOf, currency }: { keyOf: Key; currency: string }) {
  const { budget, budget_used, budget_period } = keyOf;
  if (budget === null) return <span className="text-ink-3">no budget</span>;
  const near = isNearEnd(keyOf);
  return (
    <span className="inline-grid min-w-32 gap-1">
      <span className={near ? 'text-warn' : ''}>
        {moneyText(budget_used, currency)} of {moneyText(budget, currency)}
        {budget_period === 'total' ? '' : ` a ${budget_period}`}
      </span>
      <span className="block h-1 overflow-hidden rounded-full bg-line" aria-hidden="true">
        <span
          className={cx('block h-full', near ? 'bg-warn-fill' : 'bg-accent')}
          style={{ width: `${usedShare(keyOf) * 100}%` }}
        />
      </span>
    </span>
  );
}

type FieldsProps = {
  budget: string;
  period: Period;
  onBudget: (budget: string) => void;
  onPeriod: (period: Period) => void;
};

export function BudgetFields({ budget, period, onBudget, onPeriod }: FieldsProps) {
  return (
    <>
      <TextField
        label="Budget"
        value={budget}
        onChange={onBudget}
        inputMode="decimal"
        placeholder="none"
        hint="What it may spend; an order beyond it is refused before anything is held."
      />
      {budget !== '' && (
        <Segments label="Budget period" hideLabel value={period} options={PERIODS} onChange={onPeriod} />
      )}
    </>
  );
}
