/**
 * The free call that shows whether a credential works and what is left: `GET /account/costs`. It takes
 * JWTs as well as API keys, lists resource packs, may lag twelve hours, and wants at most one call a
 * second.
 */
import type { BalanceOutcome, Exchange, PathContext, UpstreamWallet } from '../contract.ts';
import { accessOf } from './auth.ts';
import { readQuestionError } from './errors.ts';
import { VIDEO_UNIT } from './observation.ts';
import { question, unreadable } from './questions.ts';
import { AccountCosts, microsOf, ResourcePack, readAnswer } from './wire.ts';

/** Both ends are required. A year back covers every pack that can still be valid. */
const WINDOW_MS = 366 * 24 * 3600 * 1000;

export function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access.ok)
    return { kind: 'question_failed', class: 'credentials', message: access.reason, retryAfterMs: null };
  const url = `/account/costs?start_time=${path.nowMs - WINDOW_MS}&end_time=${path.nowMs}`;
  const answer = readAnswer(yield question('balance', url, access.authorization));
  if (answer.kind !== 'ok') return readQuestionError(answer, path.nowMs);
  const inner = AccountCosts.safeParse(answer.data);
  if (!inner.success) return unreadable('the account record cannot be read');
  const { code, msg, resource_pack_subscribe_infos: packs } = inner.data;
  if (code)
    return readQuestionError({ kind: 'error', httpStatus: 200, code, message: msg, headers: {} }, path.nowMs);
  return { kind: 'wallet', wallet: walletOf(packs) };
}

function walletOf(records: readonly unknown[]): UpstreamWallet {
  const packs: UpstreamWallet['packs'] = [];
  let remainingMicros: bigint | null = null;
  for (const record of records) {
    const pack = ResourcePack.safeParse(record);
    if (!pack.success || pack.data.status === 'expired') continue;
    const name = pack.data.resource_pack_name;
    const left = microsOf(pack.data.remaining_quantity) ?? 0n;
    const online = pack.data.status === 'online';
    packs.push({
      name,
      remainingMicros: left,
      totalMicros: microsOf(pack.data.total_quantity) ?? 0n,
      expiresAtMs: pack.data.invalid_time,
      concurrency: online ? concurrencyOf(name) : null,
    });
    // Packs are per product type and the record has no field for it; names carry it
    // ("Trial-Image-1000Units-...").
    if (/image|audio/i.test(name)) continue;
    remainingMicros = (remainingMicros ?? 0n) + (online ? left : 0n);
  }
  // Calls that no pack covers are billed in cash where the account has that (`billing` of a task names either).
  return { unit: VIDEO_UNIT, paysOtherwise: true, remainingMicros, packs };
}

/**
 * No field carries the number of parallel tasks; the pack's name does:
 * "Trial-Video-100Units-5Con-1Months".
 */
export function concurrencyOf(packName: string): number | null {
  const found = /(?:^|-)(\d{1,5})Con(?:-|$)/i.exec(packName);
  return found ? Number(found[1]) : null;
}
