/** A price sheet as an operator enters it where the catalogue has none: one price for each second, whatever is made. */
import { PriceSheet } from '@sluice/contract';

const MODELS = ['kling-3.0', 'kling-o3', 'kling-o1', 'kling-2.6', 'kling-motion-control'];

export function ownSheet(vendor: string, perSecond: string): PriceSheet {
  return PriceSheet.parse({
    id: `ours-at-${vendor}`,
    unit: 'USD',
    unit_price: { amount: '1', currency: 'USD' },
    grade: 'declared',
    source: { name: 'Our own contract', reviewed_on: '2026-09-30' },
    valid_from: '2026-09-30',
    rounding: 'exact',
    bills_failures: false,
    entries: MODELS.map((model) => ({ model, per: 'second', amount: perSecond })),
  });
}
