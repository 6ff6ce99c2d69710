/** What needs a person in an account: lost answers, receivers that fail, budgets and balances that end, payments. */
import { type AlertThresholds, decimalFromMicros, microsFromDecimal } from '@sluice/contract';
import { goneMicros } from '../../decide/checkout.ts';
import type { LowBalanceRow, Troubles } from '../../store/team.ts';
import { checkoutOf } from '../checkout.ts';
import type { AlertFacts } from './alerts.ts';

/** `operators`: they are told what they can do about it, which is not what an account's people can. */
export function accountAlerts(
  troubles: Troubles,
  thresholds: AlertThresholds,
  operators: boolean,
): AlertFacts[] {
  return [
    ...lostAnswers(troubles),
    ...webhooks(troubles),
    ...budgets(troubles, thresholds.key_budget_percent),
    ...balances(troubles, thresholds),
    ...payments(troubles, operators),
  ];
}

/** What of it is of this account. */
export function troublesOf(troubles: Troubles, accountId: string): Troubles {
  const own = (row: { account_id: string | null }) => row.account_id === accountId;
  return {
    endpoints: troubles.endpoints.filter(own),
    exhausted: troubles.exhausted.filter(own),
    lost: troubles.lost.filter(own),
    budgets: troubles.budgets.filter(own),
    balances: troubles.balances.filter(own),
    checkouts: troubles.checkouts.filter(own),
  };
}

export function accountsIn(troubles: Troubles): string[] {
  const rows: { account_id: string | null }[] = Object.values(troubles).flat();
  return [...new Set(rows.flatMap(({ account_id: id }) => (id === null ? [] : [id])))].sort();
}

function lostAnswers({ lost }: Troubles): AlertFacts[] {
  if (lost.length === 0) return [];
  const attempts = lost.reduce((sum, row) => sum + row.attempts, 0);
  const several = attempts === 1 ? 'One submit' : `${attempts} submits`;
  return [
    {
      alert: 'unknown_attempts',
      severity: 'critical',
      subject: null,
      account: null,
      message: `${several} got no answer; slot and money are held until it is known what became of it.`,
      action: 'Usually it is found by itself. Otherwise an operator decides: GET /v1/attempts/unknown.',
      sinceMs: Math.min(...lost.map(({ since }) => since)),
    },
  ];
}

function webhooks({ endpoints, exhausted }: Troubles): AlertFacts[] {
  const failing = endpoints.map((row): AlertFacts => {
    const disabled = row.status === 'disabled';
    return {
      alert: disabled ? 'webhook_disabled' : 'webhook_failing',
      severity: disabled ? 'critical' : 'warning',
      subject: row.id,
      account: row.account_id,
      message: disabled
        ? `A webhook endpoint was disabled: ${row.disabled_reason ?? 'its deliveries failed'}.`
        : 'A webhook endpoint does not take its deliveries.',
      action: disabled
        ? 'Repair the receiver, then enable the endpoint and replay what it missed.'
        : 'Look at its delivery log; deliveries are tried again by themselves.',
      sinceMs: row.failing_since,
    };
  });
  const given = exhausted.map(
    (row): AlertFacts => ({
      alert: 'deliveries_exhausted',
      severity: 'warning',
      subject: row.endpoint_id,
      account: row.account_id,
      message: `Deliveries given up in the last day: ${row.deliveries}.`,
      action: 'Replay them from the delivery log when the receiver works.',
      sinceMs: row.since,
    }),
  );
  return [...failing, ...given];
}

function budgets({ budgets: rows }: Troubles, percent: number | null): AlertFacts[] {
  if (percent === null) return [];
  const low = rows.filter(({ budget, used }) => used * 100n >= budget * BigInt(percent));
  return low.map(({ id, name, account_id, budget, used }) => ({
    alert: 'key_budget_low',
    severity: used >= budget ? 'critical' : 'warning',
    subject: id,
    account: account_id,
    message: `The key "${name}" has used ${Number((used * 100n) / budget)} % of its budget.`,
    action: 'Raise its budget, or revoke the key.',
    sinceMs: null,
  }));
}

function balances(
  { balances: rows }: Troubles,
  { balance_hours, balance_below }: AlertThresholds,
): AlertFacts[] {
  return rows.flatMap((row) => {
    const why = lowBalance(row, balance_hours, balance_below);
    if (why === null) return [];
    return [
      {
        alert: 'balance_low',
        severity: row.available <= 0n ? 'critical' : 'warning',
        subject: row.account_id,
        account: row.account_id,
        message: `The balance of ${row.name} ${why}.`,
        action: 'Top up the account.',
        sinceMs: null,
      },
    ];
  });
}

/** Null: it is enough. */
function lowBalance(
  { available, spent, currency }: LowBalanceRow,
  hours: number | null,
  below: string | null,
): string | null {
  if (hours !== null && spent > 0n && available * 24n < spent * BigInt(hours)) {
    return hours === 24
      ? 'does not cover another day at the pace of the last one'
      : `does not cover ${hours} more hours at the pace of the last day`;
  }
  if (below !== null && available < microsFromDecimal(below)) return `is below ${below} ${currency}`;
  return null;
}

function payments({ checkouts }: Troubles, operators: boolean): AlertFacts[] {
  const ask = 'Ask whoever runs this installation.';
  return checkouts.flatMap((row): AlertFacts[] => {
    const about = {
      subject: row.id,
      account: row.account_id,
      severity: 'critical' as const,
      sinceMs: row.ended_at,
    };
    const owedMicros = goneMicros(checkoutOf(row)) - row.taken_back_micros;
    return [
      ...(row.disputed
        ? [
            {
              ...about,
              alert: 'payment_disputed' as const,
              message: `A payment of ${row.name} by card is disputed; the money is away until it is decided.`,
              action: operators
                ? 'Answer the dispute at Stripe, and suspend the account if you do not trust it.'
                : ask,
            },
          ]
        : []),
      ...(owedMicros > 0n
        ? [
            {
              ...about,
              alert: 'payment_taken_back' as const,
              message:
                `${decimalFromMicros(owedMicros)} ${row.currency} that ${row.name} had paid went back to the payer, ` +
                'and the balance does not cover it.',
              action: operators
                ? 'Have it paid, or raise the credit limit: it is booked when there is room.'
                : 'Top up the account.',
            },
          ]
        : []),
      ...(row.problem === null
        ? []
        : [
            {
              ...about,
              alert: 'payment_not_credited' as const,
              message: `A payment of ${row.name} by card needs a decision: ${row.problem}`,
              action: operators ? 'Look at it at Stripe, then book a correction or refund it there.' : ask,
            },
          ]),
    ];
  });
}
