/** The balance in the words of the unified API, and of the AI Gateway beside them. A credit is one unit of money. */
import { decimalFromMicros } from '@sluice/contract';
import type { HttpContext } from '../../context.ts';
import { balanceView } from '../../views/account.ts';

/** Everything that was ever charged lies between these days. */
const SINCE = '2020-01-01';

export async function creditsOf({ store, clock }: HttpContext, accountId: string, keyId: string) {
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const span = { from: SINCE, to: today, zone: 'UTC' };
  const [row, byModel, byKey, key] = await Promise.all([
    store.accounts.find(accountId),
    // An account may have any number of keys, so the whole is added up by model.
    store.spend.spent('model', span, accountId, false),
    store.spend.spent('key', span, accountId, false),
    store.keys.findBudget(keyId),
  ]);
  if (!row) return null;
  const { available } = balanceView(row);
  const used = byModel.rows.reduce((sum, each) => sum + BigInt(each.charged_micros), 0n);
  const own = byKey.rows.find((each) => each.group_key === keyId);
  const left = key?.budget_micros == null ? null : key.budget_micros - key.budget_used_micros;
  return {
    success: true,
    message: '',
    data: {
      user: { remaining_credits: Number(available), used_credits: amountOf(used) },
      token: {
        remaining_credits: left === null ? Number(available) : Math.min(amountOf(left), Number(available)),
        used_credits: amountOf(BigInt(own?.charged_micros ?? 0)),
        unlimited_credits: left === null,
      },
    },
    balance: available,
    total_used: decimalFromMicros(used),
  };
}

function amountOf(micros: bigint): number {
  return Number(decimalFromMicros(micros));
}
