/** Sums of the ledger as the API shows them. */
import { type AccountStatement, Currency, decimalFromMicros, type Spend } from '@sluice/contract';
import type { z } from 'zod';
import type { Month, MonthModelRow, MonthRow, SpendSpan, Spent } from '../../store/spend.ts';

export function spendView(
  { rows, partial }: Spent,
  by: z.infer<typeof Spend>['by'],
  span: SpendSpan,
  operator: boolean,
): z.infer<typeof Spend> {
  return {
    object: 'spend',
    by,
    ...span,
    partial,
    data: rows.map((row) => {
      const [charged, cost] = [BigInt(row.charged_micros), BigInt(row.cost_micros)];
      return {
        group: row.group_key,
        label: row.label,
        currency: row.currency,
        tasks: row.tasks,
        charged: decimalFromMicros(charged),
        cost: operator ? decimalFromMicros(cost) : null,
        margin: operator ? decimalFromMicros(charged - cost) : null,
      };
    }),
  };
}

export function monthView(
  { accountId, month, zone }: Month,
  { sums, models }: { sums: MonthRow; models: readonly MonthModelRow[] },
): z.infer<typeof AccountStatement> {
  const amount = (micros: string) => decimalFromMicros(BigInt(micros));
  return {
    object: 'account_statement',
    account: accountId,
    name: sums.name,
    currency: Currency.parse(sums.currency),
    month,
    zone,
    opening: amount(sums.opening_micros),
    top_ups: amount(sums.top_up_micros),
    adjustments: amount(sums.adjustment_micros),
    charges: amount(sums.charge_micros),
    closing: amount(sums.closing_micros),
    tasks: sums.tasks,
    by_model: models.map((row) => ({
      model: row.model,
      tasks: row.tasks,
      charged: amount(row.charged_micros),
    })),
    complete: sums.over,
  };
}
