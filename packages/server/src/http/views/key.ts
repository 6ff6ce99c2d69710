/** Keys as the API shows them: never the key, only its first characters. */
import { decimalFromMicros, type Key, Scope } from '@sluice/contract';
import { z } from 'zod';
import { currentPeriod, nextPeriodMs } from '../../decide/accept.ts';
import { budgetOf } from '../../lifecycle/operate/keys.ts';
import type { KeyRow } from '../../store/keys.ts';
import { instant } from './instant.ts';

export function keyView(row: KeyRow, nowMs: number): z.infer<typeof Key> {
  const used = currentPeriod(budgetOf(row), nowMs);
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
    budget_renews_at: instant(row.budget_micros === null ? null : nextPeriodMs(row.budget_period, nowMs)),
    max_in_flight: row.max_in_flight,
    created_at: instant(row.created_at),
    created_by: row.created_by_name,
    expires_at: instant(row.expires_at),
    revoked_at: instant(row.revoked_at),
    last_used_at: instant(row.last_used_at),
  };
}
