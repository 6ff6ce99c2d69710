/** Paths, wallets and price sheets as the API shows them: never a credential. */
import {
  decimalFromMicros,
  type LimitChange,
  type Path,
  type PathStatement as PathStatementShape,
  type PriceSheet,
  type PriceSheetView,
  type Wallet,
} from '@sluice/contract';
import type { z } from 'zod';
import { ageDays, type Catalogue, isStale } from '../../catalogue/catalogue.ts';
import { effectiveLimit } from '../../decide/limits.ts';
import { pacePerHourMicros, runsOutAtMs } from '../../decide/wallet.ts';
import type { PathReport } from '../../lifecycle/operate/path-report.ts';
import type { PathStatement } from '../../lifecycle/operate/statement.ts';
import { readingsOf, StoredWallet } from '../../lifecycle/operate/wallet.ts';
import type { LimitChangeRow } from '../../store/limits.ts';
import type { SlotRow } from '../../store/stats.ts';
import { instant } from './instant.ts';

export function pathView({ row, slots, guarantee, models, needs }: PathReport, nowMs: number): Path {
  return {
    name: row.name,
    object: 'path',
    provider: row.provider,
    base_url: row.base_url,
    sandbox: row.sandbox,
    state: row.state,
    health: row.health,
    health_detail: row.health_detail,
    health_until: instant(row.health_until),
    guarantee: { level: guarantee.level, text: guarantee.text },
    lost_answer: row.lost_answer,
    regions: row.regions,
    credential: {
      version: row.credential_version,
      since: instant(row.credential_since ?? row.created_at),
      earlier: row.former.map((former) => ({
        version: former.version,
        replaced_at: instant(former.replaced_at_ms),
        attempts: needs.get(former.version) ?? 0,
        refused_at: instant(former.refused_at_ms),
      })),
    },
    models: [...models],
    price_sheet: row.price_sheet,
    limits: slots.map((slot) => limitView(slot, row.resting, nowMs)),
    wallet: row.wallet === null ? null : walletView(row.wallet, row.wallet_read_at ?? row.created_at),
    created_at: instant(row.created_at),
  };
}

function limitView(
  slot: SlotRow,
  resting: PathReport['row']['resting'],
  nowMs: number,
): Path['limits'][number] {
  const rest = resting.find(({ family }) => family === slot.family);
  return {
    family: slot.family,
    configured: slot.configured,
    learned: slot.learned,
    effective: effectiveLimit(slot),
    occupied: slot.occupied,
    unknown: slot.unknown,
    oldest_seconds: slot.oldest_at === null ? null : Math.max(0, Math.round((nowMs - slot.oldest_at) / 1000)),
    refusals: slot.refusals,
    last_refusal_at: instant(slot.last_refusal_at),
    resting: rest ? { detail: rest.detail, until: instant(rest.until_ms) } : null,
  };
}

export function limitChangeView(row: LimitChangeRow): LimitChange {
  const { configured_before: set, learned_before: learned } = row;
  const known = row.configured !== null || row.learned !== null;
  return {
    at: instant(row.at),
    family: row.family,
    reason: row.reason,
    before: row.reason === 'begun' ? null : { configured: set, learned },
    configured: row.configured,
    learned: row.learned,
    effective: known ? effectiveLimit(row) : null,
    occupied: row.occupied,
  };
}

/** Vendors count in units of which Decimal's six places are the finest that we keep. */
export function walletView(stored: unknown, readAtMs: number): z.infer<typeof Wallet> {
  const wallet = StoredWallet.parse(stored);
  const readings = readingsOf(stored);
  const pace = pacePerHourMicros(readings);
  return {
    unit: wallet.unit,
    remaining: wallet.remainingMicros === null ? null : decimalFromMicros(BigInt(wallet.remainingMicros)),
    packs: wallet.packs.map((pack) => ({
      name: pack.name,
      remaining: decimalFromMicros(BigInt(pack.remainingMicros)),
      total: decimalFromMicros(BigInt(pack.totalMicros)),
      expires_at: instant(pack.expiresAtMs),
      concurrency: pack.concurrency,
    })),
    read_at: instant(readAtMs),
    pace_per_day: pace === null ? null : decimalFromMicros(pace * 24n),
    runs_out_at: instant(runsOutAtMs(readings, 0n)),
  };
}

export function statementView(
  path: string,
  { lines, complete, next }: PathStatement,
): z.infer<typeof PathStatementShape> {
  const shown = lines.map(({ attempt, finding, unit, statedMicros }) => ({
    task_id: attempt.task_id,
    attempt_id: attempt.id,
    upstream_id: attempt.upstream_id,
    ended_at: instant(attempt.ended_at),
    finding,
    unit,
    recorded: attempt.cost_unit_micros === null ? null : decimalFromMicros(attempt.cost_unit_micros),
    stated: statedMicros === null ? null : decimalFromMicros(statedMicros),
  }));
  const different = lines.filter(({ finding }) => finding === 'different').length;
  return {
    object: 'statement',
    path,
    checked: lines.length,
    different,
    complete,
    data: shown,
    next_cursor: next,
  };
}

export function sheetView(
  sheet: PriceSheet,
  catalogue: Catalogue,
  nowMs: number,
): z.infer<typeof PriceSheetView> {
  return { ...sheet, stale: isStale(sheet, catalogue, nowMs), age_days: ageDays(sheet, nowMs) };
}
