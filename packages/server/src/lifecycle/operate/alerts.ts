/**
 * What needs a person now, derived from the rows as they are: an alert goes away when what it is about is dealt with.
 * Operators see the installation, everybody else their own account. Who was told of what is kept by `../alert.ts`.
 */
import type { Alert, AlertThresholds } from '@sluice/contract';
import type { z } from 'zod';
import { ageDays, isStale } from '../../catalogue/catalogue.ts';
import type { Context } from '../context.ts';
import { accountAlerts, accountsIn, troublesOf } from './account-alerts.ts';
import { type AllThresholds, allThresholds, thresholdsOf, widestOf } from './alert-settings.ts';
import { pathAlerts, renderAlerts } from './path-alerts.ts';
import { allSheets } from './prices.ts';

type Shown = z.infer<typeof Alert>;
export type AlertFacts = Omit<Shown, 'object' | 'since' | 'code' | 'told_at' | 'cleared_at'> & {
  alert: Shown['code'];
  sinceMs: number | null;
  /** Tells apart what has the same code and subject. */
  part?: string;
};

/** Whose alerts they are: an account's people, or the operators (null). */
export type Reader = string | null;
export type ReadersAlerts = { reader: Reader; alerts: AlertFacts[] };

const DAY_MS = 24 * 3_600_000;
const SEVERITIES = ['critical', 'warning'];

/** Of one reader. */
export async function alertsOf(context: Context, reader: Reader): Promise<AlertFacts[]> {
  const { clock, store } = context;
  const thresholds = thresholdsOf(await store.alerts.settings(reader));
  const troubles = await store.team.troubles(reader, clock.now() - DAY_MS, widestOf([thresholds]));
  const own = accountAlerts(troubles, thresholds, reader === null);
  return sorted(reader === null ? [...own, ...(await installationAlerts(context, thresholds))] : own);
}

/** Of everybody: the operators first, then each account in which something needs a person. */
export async function everybodysAlerts(context: Context): Promise<ReadersAlerts[]> {
  const { clock, store } = context;
  const all = allThresholds(await store.alerts.allSettings());
  const troubles = await store.team.troubles(null, clock.now() - DAY_MS, widestOf(all.every));
  const operators = [
    ...accountAlerts(troubles, all.of(null), true),
    ...(await installationAlerts(context, all.of(null))),
  ];
  return [
    { reader: null, alerts: sorted(operators) },
    ...accountsIn(troubles).map((reader) => ({ reader, alerts: ofAccount(troubles, reader, all) })),
  ];
}

function ofAccount(
  troubles: Parameters<typeof troublesOf>[0],
  accountId: string,
  all: AllThresholds,
): AlertFacts[] {
  return sorted(accountAlerts(troublesOf(troubles, accountId), all.of(accountId), false));
}

function sorted(alerts: AlertFacts[]): AlertFacts[] {
  return alerts.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** The same thing, looked at again. */
export function identityOf({ alert, subject, account, part }: AlertFacts): string {
  return JSON.stringify([alert, subject, account, part ?? null]);
}

function hoursMs(hours: number | null): number | null {
  return hours === null ? null : hours * 3_600_000;
}

async function installationAlerts(context: Context, thresholds: AlertThresholds): Promise<AlertFacts[]> {
  const { clock, gate, catalogue, books } = context;
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
    ...context.paths.all().flatMap((path) => pathAlerts(path, hoursMs(thresholds.wallet_hours), nowMs)),
    ...(await queueAlerts(context, thresholds, nowMs)),
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

/** What waits for too long, and what comes to no end. */
async function queueAlerts(
  context: Context,
  { waiting_minutes: minutes, success_percent: percent, success_renders: renders }: AlertThresholds,
  nowMs: number,
): Promise<AlertFacts[]> {
  const { team } = context.store;
  const waiting = minutes === null ? [] : await team.waitingLongest(nowMs);
  const ends = percent === null ? [] : await team.lastEnds(renders, nowMs - DAY_MS);
  const there = context.paths.all().filter(({ row }) => row.state !== 'retired');
  const names = new Set(there.map(({ name }) => name));
  const late = waiting.filter(({ since }) => minutes !== null && nowMs - since > minutes * 60_000);
  return [
    ...late.map(
      ({ family, since }): AlertFacts => ({
        ...whole(
          'waiting_long',
          'warning',
          `An order for ${family} waits for a slot since ${Math.floor((nowMs - since) / 60_000)} minutes.`,
          'See on the gate what holds it: a path at rest, a limit that is too low, or more traffic than slots.',
        ),
        subject: family,
        sinceMs: since,
      }),
    ),
    ...(percent === null ? [] : renderAlerts(ends, names, { percent, renders })),
  ];
}
