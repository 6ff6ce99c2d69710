/** What needs a person on an access path: what it tells of itself, and what its last renders show. */
import { runsOutAtMs } from '../../decide/wallet.ts';
import type { FailingRow } from '../../store/team.ts';
import type { AccessPath } from '../paths.ts';
import type { AlertFacts } from './alerts.ts';
import { readingsOf } from './wallet.ts';

/** A wallet that does not last until tomorrow cannot wait for the next look at a screen. */
const CRITICAL_WITHIN_MS = 24 * 3_600_000;

/** `walletMs`: a wallet that lasts longer needs nobody yet; null: nobody asks for that. */
export function pathAlerts({ name, row }: AccessPath, walletMs: number | null, nowMs: number): AlertFacts[] {
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
    ...walletAlerts(name, row, walletMs, nowMs),
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
    part: family,
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
        part: `version ${version}`,
        account: null,
        message,
        action,
        sinceMs,
      },
    ];
  });
}

function walletAlerts(
  name: string,
  row: AccessPath['row'],
  walletMs: number | null,
  nowMs: number,
): AlertFacts[] {
  if (walletMs === null || row.health === 'wallet_empty') return [];
  const endMs = runsOutAtMs(readingsOf(row.wallet), 0n);
  if (endMs === null || endMs - nowMs > walletMs) return [];
  const hours = Math.max(0, Math.round((endMs - nowMs) / 3_600_000));
  return [
    {
      alert: 'wallet_runs_out',
      severity: endMs - nowMs < CRITICAL_WITHIN_MS ? 'critical' : 'warning',
      subject: name,
      account: null,
      message: `The wallet of the path ${name} lasts about ${hours} more hours at the present pace.`,
      action: 'Top up at the vendor.',
      sinceMs: null,
    },
  ];
}

/** Only of paths that are there, and only where as many renders ended as are looked at. */
export function renderAlerts(
  rows: readonly FailingRow[],
  paths: ReadonlySet<string>,
  { percent, renders }: { percent: number; renders: number },
): AlertFacts[] {
  const failing = rows.filter(
    ({ path_name: name, failed, ends }) =>
      paths.has(name) && ends >= renders && (ends - failed) * 100 < percent * ends,
  );
  return failing.map(({ path_name: name, family, failed, ends, updated_at: sinceMs }) => ({
    alert: 'renders_failing',
    severity: 'warning',
    subject: name,
    part: family,
    account: null,
    message: `Of the last ${ends} renders of ${family} on the path ${name}, ${failed} failed at the vendor.`,
    action: 'Look at what the vendor says; pause the path, or give it less weight, if another one carries.',
    sinceMs,
  }));
}
