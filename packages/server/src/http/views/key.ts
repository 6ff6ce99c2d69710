/** Keys as the API shows them: never the key, only its first characters. */
import { decimalFromMicros, type Key, Scope } from '@sluice/contract';
import { z } from 'zod';
import { currentPeriod } from '../../decide/accept.ts';
import type { KeyRow } from '../../store/keys.ts';
import { instant } from './instant.ts';

export function keyView(row: KeyRow, nowMs: number): z.infer<typeof Key> {
  const used = currentPeriod(
    {
      budgetMicros: row.budget_micros ?? 0n,
      period: row.budget_period,
      usedMicros: row.budget_used_micros,
      sinceMs: row.budget_since,
    },
    nowMs,
  );
  return {
    id: row.id,
    object: 'key',
    name: row.name,
    account: row.account_id,
    prefix: row.prefix,
    scopes: z.array(Scope).parse(row.scopes),
    budget: row.budget_micros === null ? null : decimalFromMicros(row.budget_micros),
    budget_period: row.budget_period,
    budget_used: decimalFromMicros(used.usedMicros),
    max_in_flight: row.max_in_flight,
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
    revoked_at: instant(row.revoked_at),
    last_used_at: instant(row.last_used_at),
  };
}
