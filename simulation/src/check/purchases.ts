/**
 * I8: how often it was bought, counted in the log of each vendor and held against the guarantee that is printed for its
 * path. An attempt is bought once. A task is bought again only when the earlier one has ended (a rerun), or when the
 * operator of that path chose a possible second bill over a lost task, and had waited as long as was promised.
 */

import type { Abilities } from '@sluice/server/providers/contract.ts';
import { guaranteeOf } from '@sluice/server/providers/guarantee.ts';
import { providerById } from '@sluice/server/providers/registry.ts';
import { demand } from '../violation.ts';
import { attemptByMark, type Change } from '../world/model.ts';
import type { AttemptRow } from '../world/rows.ts';
import type { Vendor, VendorAccept } from '../world/vendors/vendor.ts';
import type { World } from '../world/world.ts';

export type Purchase = { accept: VendorAccept; attemptId: string };

export type Purchases = {
  /** How much of each vendor's log was counted. */
  counted: Map<string, number>;
  byTask: Map<string, Purchase[]>;
  byAttempt: Map<string, Purchase[]>;
  /** Attempts that were given up without a proof, by the operator's choice: what follows may be a second purchase. */
  risked: Set<string>;
};

export function noPurchases(): Purchases {
  return { counted: new Map(), byTask: new Map(), byAttempt: new Map(), risked: new Set() };
}

/** What is promised about a path: by its provider's abilities and the operator's choice. */
export function promiseOf(
  world: World,
  pathName: string,
): { provider: string; lostAnswer: 'hold' | 'resubmit'; acceptsMost: number | null; abilities: Abilities } {
  const { provider: id } = pathIn(world, pathName);
  const provider = providerById(id);
  demand(provider !== null, 'truth', () => `${pathName} is of ${id}, which nobody knows`);
  const drawn = world.climate.paths?.find(({ name }) => name === pathName);
  const lostAnswer = drawn?.lostAnswer ?? 'hold';
  const { abilities } = provider;
  return { provider: id, lostAnswer, abilities, acceptsMost: guaranteeOf(abilities, lostAnswer).acceptsMost };
}

function pathIn(world: World, pathName: string): { provider: string } {
  const path = world.upstream.vendorOf(pathName).paths.find(({ name }) => name === pathName);
  demand(path !== undefined, 'truth', () => `there is no path ${pathName}`);
  return path;
}

/** After a look at the database: which attempts were given up, and whether that was anybody's right. */
export function noteGivenUp(world: World, purchases: Purchases, change: Change): void {
  for (const { before, after } of change.attempts) {
    if (after.state !== 'abandoned' || before?.state !== 'unknown') continue;
    const { abilities, acceptsMost } = promiseOf(world, after.path_name);
    if (abilities.clientKey === 'query' || abilities.clientKey === 'idempotent') continue;
    if (acceptsMost === null) {
      purchases.risked.add(after.id);
      continue;
    }
    const again = change.tasks.some(
      (task) =>
        task.before?.attempt_id === after.id &&
        task.before.state === 'running' &&
        task.after.state === 'queued',
    );
    demand(
      !again,
      'I8',
      () => `attempt ${after.id} on ${after.path_name} was given up on hope, and its task waits again`,
    );
  }
}

/** After every step: each vendor's log has grown by at most what was wanted. */
export function checkPurchases(world: World, purchases: Purchases): void {
  for (const vendor of world.upstream.vendors) {
    const accepts = vendor.accepts();
    for (let at = purchases.counted.get(vendor.name) ?? 0; at < accepts.length; at += 1) {
      purchases.counted.set(vendor.name, at + 1);
      const accept = accepts[at];
      if (accept) count(world, purchases, vendor, accept);
    }
  }
}

function count(world: World, purchases: Purchases, vendor: Vendor, accept: VendorAccept): void {
  const attempt = attemptByMark(world.observer.model, accept.mark);
  demand(attempt !== undefined, 'I8', () => {
    return `a vendor took ${accept.id} for an attempt that does not exist: ${accept.mark}`;
  });
  const purchase = { accept, attemptId: attempt.id };
  const ofAttempt = noted(purchases.byAttempt, attempt.id, purchase);
  const ofTask = noted(purchases.byTask, attempt.task_id, purchase);
  const late = ofTask.filter(({ attemptId }) => world.late.has(attemptId)).length;
  // A render that the upstream failed may be begun again on another path; then the one before is over.
  const over = ofTask.filter(({ attemptId }) => hasEnded(world, attemptId)).length;
  // What a vendor denies ever having had, nobody but the vendor can know of; it is sent again, and billed once.
  const isDenied = (each: Purchase) => vendor.job(each.accept.id)?.forgotten === true;
  const denied = ofTask.filter(isDenied).length;
  const earlier = ofTask.slice(0, -1).filter((each) => !hasEnded(world, each.attemptId) && !isDenied(each));
  const risked = earlier.filter(({ attemptId }) => purchases.risked.has(attemptId));
  const bought = ofTask.map((each) => `${each.accept.id} (${each.attemptId})`).join(', ');
  demand(ofAttempt.length <= 1 + late + ofAttempt.filter(isDenied).length, 'I8', () => {
    return `attempt ${attempt.id} was bought ${ofAttempt.length} times: ${bought}`;
  });
  demand(ofTask.length <= 1 + late + over + risked.length + denied, 'I8', () => {
    return `task ${attempt.task_id} was bought ${ofTask.length} times: ${bought}`;
  });
  tally(world, attempt, { second: earlier, over, risked });
}

function tally(
  world: World,
  attempt: AttemptRow,
  { second, over, risked }: { second: readonly Purchase[]; over: number; risked: readonly Purchase[] },
): void {
  const { hit } = world.coverage;
  hit(`bought ${guaranteeName(world, attempt.path_name)}`);
  if (over > 0) hit(`begun again ${guaranteeName(world, attempt.path_name)}`);
  // A second purchase is on the account of the path that might have had the first one still.
  for (const { attemptId } of second) {
    const path = world.observer.model.attempts.get(attemptId)?.path_name ?? '';
    const why = risked.some((each) => each.attemptId === attemptId) ? 'second' : 'late';
    hit(`${why} ${guaranteeName(world, path)}`);
  }
}

/** As it stands in the report: path, level and the operator's choice. */
export function guaranteeName(world: World, pathName: string): string {
  const { abilities, lostAnswer } = promiseOf(world, pathName);
  return `${pathName} ${guaranteeOf(abilities, lostAnswer).level} ${lostAnswer}`;
}

function hasEnded(world: World, attemptId: string): boolean {
  const state = world.observer.model.attempts.get(attemptId)?.state;
  return state === 'failed' || state === 'canceled' || state === 'expired';
}

function noted(by: Map<string, Purchase[]>, name: string, purchase: Purchase): Purchase[] {
  const all = [...(by.get(name) ?? []), purchase];
  by.set(name, all);
  return all;
}
