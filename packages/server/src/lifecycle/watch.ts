/**
 * Looks after the paths themselves: reads their wallets, and asks after those that were unreachable.
 *
 * What enters: paths that are due for a look. What leaves: the wallet as the vendor tells it, an alarm when it runs out
 * within a day, a path that takes nothing more once what is under way may use its wallet up (where nothing else pays),
 * and a path that is well again as soon as it answers a free question. If it dies in the middle: the look was moved on
 * when it was claimed; the next one comes some minutes later.
 *
 * Nothing here is paid for: the same free call checks a credential when a path is added.
 */
import { healthAfterTrouble, healthyPath } from '../decide/health.ts';
import { costFromUpstream } from '../decide/pricing.ts';
import { type WalletState, walletState, withReading } from '../decide/wallet.ts';
import { newId } from '../effects/random/id.ts';
import type { UpstreamWallet } from '../providers/contract.ts';
import { changeHealth } from './3-submit.ts';
import type { Context } from './context.ts';
import { checkCredential, readingsOf, storedWallet } from './operate/wallet.ts';
import type { AccessPath } from './paths.ts';

const EVERY_MS = 300_000;
const AFTER_TROUBLE_MS = 15_000;
const MOST = 20;
const ALARMS = {
  low: 'its wallet runs out within a day at the present pace',
  short: 'what is under way may use up its wallet',
};

/** One round; answers how many paths were looked at. */
export async function watchPaths(context: Context): Promise<number> {
  const nowMs = context.clock.now();
  const due = await context.store.paths.claimWatches(nowMs, EVERY_MS, AFTER_TROUBLE_MS, MOST);
  if (due.length === 0) return 0;
  await context.paths.refresh(nowMs, true);
  for (const name of due) {
    const path = context.paths.byName(name);
    if (path) await watch(context, path);
  }
  return due.length;
}

async function watch(context: Context, path: AccessPath): Promise<void> {
  const at = path.context(context.clock.now());
  const checked = await checkCredential(context, path.provider, at);
  if (checked.refusedBy === 'credential') {
    const trouble = { nowMs: context.clock.now(), retryAfterMs: null, detail: checked.detail };
    await changeHealth(context, path, (state) => healthAfterTrouble(state, 'credentials_refused', trouble));
    return;
  }
  if (!checked.ok) return;
  // It answers: that is all that was wrong with it. What a refusal said about money or rights, this does not undo.
  if (path.row.health === 'unavailable') await changeHealth(context, path, () => healthyPath);
  if (checked.wallet !== null) await keepReading(context, path, checked.wallet);
}

async function keepReading(context: Context, path: AccessPath, wallet: UpstreamWallet): Promise<void> {
  const nowMs = context.clock.now();
  const { remainingMicros } = wallet;
  const before = readingsOf(path.row.wallet);
  if (remainingMicros === null) {
    await context.store.paths.saveWallet(path.name, storedWallet(wallet, before), nowMs);
    return;
  }
  const readings = withReading(before, { atMs: nowMs, remainingMicros });
  await context.store.paths.saveWallet(path.name, storedWallet(wallet, readings), nowMs);
  const state = walletState(readings, await boundMicros(context, path, wallet.unit));
  const refilled = remainingMicros > (before.at(-1)?.remainingMicros ?? remainingMicros);
  await tell(context, path, { state, refilled, binds: wallet.paysOtherwise !== true });
}

/** The worst case of what is under way, in the wallet's unit. */
async function boundMicros(context: Context, path: AccessPath, unit: string): Promise<bigint> {
  const dollars = await context.store.paths.boundMicros(path.name);
  const oneUnit =
    path.sheet === null ? null : costFromUpstream({ unit, amountMicros: 1_000_000n }, path.sheet);
  return oneUnit === null || oneUnit === 0n ? 0n : (dollars * 1_000_000n) / oneUnit;
}

type Found = { state: WalletState; refilled: boolean; binds: boolean };

async function tell(context: Context, path: AccessPath, { state, refilled, binds }: Found): Promise<void> {
  const nowMs = context.clock.now();
  if (state === 'short' && binds) {
    const trouble = { nowMs, retryAfterMs: EVERY_MS, detail: ALARMS.short };
    await changeHealth(context, path, (health) => healthAfterTrouble(health, 'wallet_empty', trouble));
  } else if (path.row.health === 'wallet_empty' && (refilled || path.row.wallet_state === 'short')) {
    await changeHealth(context, path, () => healthyPath);
  }
  const changed = await context.store.paths.changeWalletState(path.name, state);
  if (!changed || state === 'ok') return;
  const detail = ALARMS[state];
  context.telemetry.log('warn', `path ${path.name}: ${detail}`, { path: path.name });
  const id = newId('evt', nowMs, context.random);
  await context.store.paths.recordAlarm({ id, path: path.name, health: 'wallet_low', detail }, nowMs);
}
