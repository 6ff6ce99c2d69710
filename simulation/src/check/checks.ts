/** All checks of a world: what runs after every step, and what runs when it is over. */
import type { Database } from '@sluice/server/store/database.ts';
import type { Executed } from '../schedule/scheduler.ts';
import type { Change } from '../world/model.ts';
import { checkLeavings } from '../world/witness.ts';
import type { World } from '../world/world.ts';
import { checkAllAssets, checkAssets } from './assets.ts';
import { checkAnswers, checkWishes } from './clients.ts';
import { checkCosts, checkSecrets, checkTerms } from './end.ts';
import { checkEvents, checkReceipts, nobodyTold } from './events.ts';
import { checkMoney, openBook } from './money.ts';
import { checkPurchases, noPurchases, noteGivenUp } from './purchases.ts';
import { checkSlots } from './slots.ts';
import { checkStates } from './states.ts';
import { checkTruth } from './truth.ts';

export type Checks = {
  /** After an effect; looks at the database only when something may have been written that the checks read. */
  afterStep(step: { kind: string; label: string }, executed: Executed): Promise<void>;
  atTheEnd(db: Database): Promise<void>;
  /** Rises with everything that moved: tasks, attempts, copies, deliveries. */
  moves(): number;
};

/** Methods of stores that write nothing. */
const READS = new RegExp(
  [
    '^(stats|reads)\\.',
    '^admission\\.familiesWaiting$',
    '^paths\\.list\\w*$',
    '^nodes\\.readSetting$',
    '^track\\.(attemptByToken|pathHasCallbacks)$',
    '^mirror\\.(assetById|retentionOver)$',
    '^files\\.factsOf$',
  ].join('|'),
);
/** Methods that answer what they took on. */
const CLAIMS = new RegExp(
  [
    '^admission\\.admit$',
    '^track\\.claimPolls$',
    '^submit\\.(claimLookups|presumeLost)$',
    '^mirror\\.(claimCopies|dropOrphanCopies)$',
    '^settle\\.(settle|expire)$',
    '^notify\\.claimDeliveries$',
  ].join('|'),
);

export function createChecks(world: World): Checks {
  const book = openBook();
  const purchases = noPurchases();
  const told = nobodyTold();
  let moves = 0;

  async function checkRows(): Promise<void> {
    const change = await world.observer.look();
    if (change === null) return;
    if (moved(change)) moves += 1;
    checkStates(world, change);
    checkMoney(world, book, change);
    checkSlots(world, change);
    noteGivenUp(world, purchases, change);
    checkTruth(world, change);
    checkAssets(world, change);
    checkEvents(world, change);
  }

  return {
    moves: () => moves,
    afterStep: async ({ kind, label }, executed) => {
      if (kind === 'store' && !READS.test(label) && !foundNothing(label, executed)) await checkRows();
      if (kind === 'blobs' && label.startsWith('remove')) checkAllAssets(world);
      checkLeavings(world);
      checkPurchases(world, purchases);
      checkReceipts(world, told);
      checkAnswers(world);
      const [found] = world.found;
      if (found) throw found;
    },
    atTheEnd: async (db) => {
      await checkRows();
      checkPurchases(world, purchases);
      checkWishes(world);
      checkAllAssets(world);
      checkCosts(world, book);
      await checkTerms(world, book, db);
      await checkSecrets(world, db);
    },
  };
}

/** A round that found nothing to do has written at most a lane, a token or a limit. */
function foundNothing(label: string, executed: Executed): boolean {
  if (executed.kind === 'nothing') return true;
  if (executed.kind === 'threw' || !CLAIMS.test(label)) return false;
  return executed.value === 0 || (Array.isArray(executed.value) && executed.value.length === 0);
}

/** Leases and times to look again are no progress. */
function moved(change: Change): boolean {
  const rows = [...change.tasks, ...change.attempts, ...change.assets, ...change.deliveries];
  return rows.some(({ before, after }) => before?.state !== after.state);
}
