/**
 * What needs a person now, derived from the rows as they are: nothing is stored, so an alert goes away when what it is
 * about is dealt with. Operators see the installation, everybody else their own account.
 */
import { type Alert, decimalFromMicros } from '@sluice/contract';
import type { z } from 'zod';
import { ageDays, isStale } from '../../catalogue/catalogue.ts';
import { goneMicros } from '../../decide/checkout.ts';
import { runsOutAtMs } from '../../decide/wallet.ts';
import type { Troubles } from '../../store/team.ts';
import { checkoutOf } from '../checkout.ts';
import type { Context } from '../context.ts';
import type { AccessPath } from '../paths.ts';
import type { Books } from './books.ts';
import { allSheets } from './prices.ts';
import { readingsOf } from './wallet.ts';

type Shown = z.infer<typeof Alert>;
export type AlertFacts = Omit<Shown, 'object' | 'since' | 'code'> & {
  alert: Shown['code'];
  sinceMs: number | null;
};

const DAY_MS = 24 * 3_600_000;
/** A wallet that lasts longer needs nobody yet. */
const RUNS_OUT_WITHIN_MS = 3 * DAY_MS;
const SEVERITIES = ['critical', 'warning'];

/** `accountId` null: everything. */
export async function alertsOf(
  context: Context,
  books: Pick<Books, 'drift'>,
  accountId: string | null,
): Promise<AlertFacts[]> {
  const troubles = await context.store.team.troubles(accountId, context.clock.now() - DAY_MS);
  const own = [
    ...lostAnswers(troubles),
    ...webhooks(troubles),
    ...budgets(troubles),
    ...balances(troubles),
    ...payments(troubles),
  ];
  const all = accountId === null ? [...own, ...(await installation(context, books))] : own;
  return all.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function lostAnswers({ lost }: Troubles): AlertFacts[] {
  if (lost.attempts === 0) return [];
  const several = lost.attempts === 1 ? 'One submit' : `${lost.attempts} submits`;
  return [
    {
      alert: 'unknown_attempts',
      severity: 'critical',
      subject: null,
      account: null,
      message: `${several} got no answer; slot and money are held until it is known what became of it.`,
      action: 'Usually it is found by itself. Otherwise an operator decides: GET /v1/attempts/unknown.',
      sinceMs: lost.since,
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

function budgets({ budgets: rows }: Troubles): AlertFacts[] {
  return rows.map(({ id, name, account_id, budget, used }) => ({
    alert: 'key_budget_low',
    severity: used >= budget ? 'critical' : 'warning',
    subject: id,
    account: account_id,
    message: `The key "${name}" has used ${Number((used * 100n) / budget)} % of its budget.`,
    action: 'Make a key with a new budget, or revoke this one.',
    sinceMs: null,
  }));
}

function balances({ balances: rows }: Troubles): AlertFacts[] {
  return rows.map(({ account_id, name, available }) => ({
    alert: 'balance_low',
    severity: available <= 0n ? 'critical' : 'warning',
    subject: account_id,
    account: account_id,
    message: `The balance of ${name} does not cover another day at the pace of the last one.`,
    action: 'Top up the account.',
    sinceMs: null,
  }));
}

function payments({ checkouts }: Troubles): AlertFacts[] {
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
              action: 'Answer the dispute at Stripe, and suspend the account if you do not trust it.',
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
              action: 'Have it paid, or raise the credit limit: it is booked when there is room.',
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
              action: 'Look at it at Stripe, then book a correction or refund it there.',
            },
          ]),
    ];
  });
}

async function installation(context: Context, books: Pick<Books, 'drift'>): Promise<AlertFacts[]> {
  const { clock, gate, catalogue } = context;
  const nowMs = clock.now();
  await context.paths.refresh(nowMs);
  const [full, quarantined, drift, sheets] = await Promise.all([
    gate.storageFull(),
    gate.quarantined(),
    books.drift(),
    allSheets(context),
  ]);
  const used = new Set(context.paths.all().map((path) => path.row.price_sheet));
  const stale = sheets.filter((sheet) => used.has(sheet.id) && isStale(sheet, catalogue, nowMs));
  const off = drift.value.drift !== 0n || drift.value.total !== 0n;
  return [
    ...(off
      ? [whole('ledger_drift', 'critical', DRIFT, 'Stop taking orders and compare: sluice ledger export.')]
      : []),
    ...(full
      ? [whole('storage_low', 'critical', FULL, 'Free or add storage, or shorten the retention.')]
      : []),
    ...(quarantined
      ? [
          whole(
            'quarantined',
            'critical',
            RESTORED,
            'When the original is stopped for good: sluice system confirm.',
          ),
        ]
      : []),
    ...context.paths.all().flatMap((path) => pathAlerts(path, nowMs)),
    ...stale.map(
      (sheet): AlertFacts => ({
        ...whole(
          'terms_stale',
          'warning',
          `The price sheet ${sheet.id} was last compared with its source ${ageDays(sheet, nowMs)} days ago.`,
          'Look at its source and add a sheet with what holds now.',
        ),
        subject: sheet.id,
        sinceMs: Date.parse(`${sheet.source.reviewed_on}T00:00:00Z`) + catalogue.staleAfterDays * DAY_MS,
      }),
    ),
  ];
}

const DRIFT = 'The balances do not add up to the ledger.';
const FULL = 'There is hardly any room left to store clips; nothing is accepted.';
const RESTORED = 'This is a restored copy: it sends nothing until an operator confirms it.';

function whole(
  alert: AlertFacts['alert'],
  severity: AlertFacts['severity'],
  message: string,
  action: string,
): AlertFacts {
  return { alert, severity, subject: null, account: null, message, action, sinceMs: null };
}

function pathAlerts({ name, row }: AccessPath, nowMs: number): AlertFacts[] {
  if (row.state === 'retired') return [];
  const about = { subject: name, account: null, sinceMs: null };
  if (row.state === 'paused') {
    const message = `The path ${name} is paused: it admits nothing.`;
    return [
      { ...about, alert: 'path_paused', severity: 'warning', message, action: 'Resume it, or retire it.' },
    ];
  }
  return [
    ...healthAlerts(name, row),
    ...modelAlerts(name, row),
    ...formerAlerts(name, row),
    ...walletAlerts(name, row, nowMs),
  ];
}

function healthAlerts(name: string, row: AccessPath['row']): AlertFacts[] {
  const about = { subject: name, account: null, sinceMs: null };
  const detail = row.health_detail === null ? '' : ` (${row.health_detail})`;
  switch (row.health) {
    case 'ok':
    case 'throttled':
      return [];
    case 'wallet_empty':
      return [
        {
          ...about,
          alert: 'wallet_empty',
          severity: 'critical',
          message: `The wallet of the path ${name} is used up${detail}; nothing more is sent there.`,
          action: 'Top up at the vendor; the path goes on by itself.',
        },
      ];
    case 'credentials_refused':
      return [
        {
          ...about,
          alert: 'credentials_refused',
          severity: 'critical',
          message: `The vendor refuses the credential of the path ${name}${detail}.`,
          action: 'Put in a new credential and check it.',
        },
      ];
    case 'unavailable':
      return [
        {
          ...about,
          alert: 'path_unavailable',
          severity: 'critical',
          message: `The path ${name} does not answer${detail}.`,
          action: 'It is asked again by itself; look at the vendor’s status page.',
        },
      ];
  }
}

function modelAlerts(name: string, row: AccessPath['row']): AlertFacts[] {
  return row.resting.map(({ family, detail }) => ({
    alert: 'model_refused',
    severity: 'warning',
    subject: name,
    account: null,
    message: `The vendor refuses ${family} on the path ${name}${detail === null ? '' : ` (${detail})`}.`,
    action: 'Ask the vendor for the right to it. It is tried again by itself; the other models go on.',
    sinceMs: null,
  }));
}

function formerAlerts(name: string, row: AccessPath['row']): AlertFacts[] {
  return row.former.flatMap(({ version, refused_at_ms: sinceMs }) => {
    if (sinceMs === null) return [];
    const message = `The vendor refuses credential ${version} of ${name}, with which tasks under way were sent.`;
    const action =
      'The present one asks. If it is of another account, let the old one work again until they have ended.';
    return [
      {
        alert: 'credentials_refused',
        severity: 'warning',
        subject: name,
        account: null,
        message,
        action,
        sinceMs,
      },
    ];
  });
}

function walletAlerts(name: string, row: AccessPath['row'], nowMs: number): AlertFacts[] {
  const endMs = runsOutAtMs(readingsOf(row.wallet), 0n);
  if (row.health === 'wallet_empty' || endMs === null || endMs - nowMs > RUNS_OUT_WITHIN_MS) return [];
  const hours = Math.max(0, Math.round((endMs - nowMs) / 3_600_000));
  return [
    {
      alert: 'wallet_runs_out',
      severity: hours < 24 ? 'critical' : 'warning',
      subject: name,
      account: null,
      message: `The wallet of the path ${name} lasts about ${hours} more hours at the present pace.`,
      action: 'Top up at the vendor.',
      sinceMs: null,
    },
  ];
}
