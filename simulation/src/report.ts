/** What many runs have touched, in words: moves of the transition tables and named points where things go wrong. */
import { attemptTransitions, taskTransitions } from '@sluice/server/decide/task.ts';
import { vendorFaultNames } from './world/vendor-faults.ts';
import { evolinkRows } from './world/vendors/evolink.ts';
import { falRows } from './world/vendors/fal.ts';
import { kieRows } from './world/vendors/kie.ts';
import { openRouterRows } from './world/vendors/openrouter.ts';
import { replicateRows } from './world/vendors/replicate.ts';
import { faultNames } from './world/vendors/reseller-faults.ts';

export type Reach = { hit: number; of: number; missing: string[] };

/** Every move of both tables. */
export const tableMoves: readonly string[] = [
  ...movesOf('task', taskTransitions),
  ...movesOf('attempt', attemptTransitions),
];

/**
 * Moves that no world with only Kling can make: it has no cancelled and no expired state. Their statement is the
 * same that ends an attempt as failed.
 */
export const beyondTheVendor: readonly string[] = [
  'attempt accepted → canceled',
  'attempt accepted → expired',
];

const killed = ['store', 'blobs', 'send', 'arrive'].flatMap((kind) => [
  `process killed before ${kind}`,
  `process killed after ${kind}`,
]);

export const faultPoints: readonly string[] = [
  ...vendorFaultNames,
  ...killed,
  'process paused',
  'process asked to stop',
  'process left by itself',
  'database lost before',
  'database lost after',
  'effect held back',
  'vendor sees an external id again',
  'vendor forgets a task',
  'vendor swaps ids',
  ...['refused', 'silent', 'throttled', 'arrears', 'forbidden', 'no_model'].map((kind) => `outage ${kind}`),
  ...['connect_refused', 'connect_timeout', 'dns', 'tls'].map((reason) => `network not_sent ${reason}`),
  'network lost_before reset',
  'network lost_before timeout',
  'network lost_after reset',
  'network lost_after timeout',
  'network cut',
  'storage append fail EIO',
  'storage append fail ENOSPC',
  'storage append fail_after EIO',
  'storage publish fail EIO',
  'storage publish fail ENOSPC',
  'storage publish fail_after EIO',
  'storage publish lie',
  'storage publish flip',
  'storage read fail EIO',
  'storage read fail_after EIO',
  'storage read flip',
  ...['fails', 'throttles', 'gone', 'slow', 'silent', 'drops', 'moved'].map(
    (behaviour) => `receiver ${behaviour}`,
  ),
  'client loses an answer',
  'client repeats a create',
  ...['insufficient_balance', 'key_budget_exhausted', 'queue_full', 'storage_full', 'price_above_max'].map(
    (code) => `refused ${code}`,
  ),
  'create replayed',
  'cancel canceled',
  'cancel requested',
  'cancel too_late',
  'callback taken',
  'callback rejected',
];

function movesOf(what: string, table: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(table).flatMap(([from, all]) => all.map((to) => `${what} ${from} → ${to}`));
}

export function reachOf(points: readonly string[], counts: ReadonlyMap<string, number>): Reach {
  const missing = points.filter((point) => !counts.has(point));
  return { hit: points.length - missing.length, of: points.length, missing };
}

/** Moves that a world can make. */
export const possibleMoves: readonly string[] = tableMoves.filter((move) => !beyondTheVendor.includes(move));

/** What only a world with several vendors has. */
const resellerFaults: readonly string[] = [
  ...faultNames('evolink', evolinkRows),
  ...faultNames('fal', falRows),
  ...faultNames('replicate', replicateRows),
  ...faultNames('kie', kieRows),
  ...faultNames('openrouter', openRouterRows),
];

/**
 * What was bought on each path, against what its guarantee says: all accepts, those that began a failed render again,
 * those that followed an answer that stayed lost (only by the operator's choice), those sent by a process that had been
 * stopped too long to know better, and those that nobody ever heard of again.
 */
export function purchaseLines(counts: ReadonlyMap<string, number>): string[] {
  const paths = [...counts.keys()].filter((point) => point.startsWith('bought ')).sort();
  return paths.map((point) => {
    const path = point.slice('bought '.length);
    const of = (what: string): number => counts.get(`${what} ${path}`) ?? 0;
    const told = ['begun again', 'second', 'late', 'orphan'].map((what) => `${of(what)} ${what}`);
    return `${path}: ${of('bought')} accepts, ${told.join(', ')}`;
  });
}

export function coverageLines(counts: ReadonlyMap<string, number>, several: boolean): string[] {
  const titled = [
    [
      `moves of the tables (of ${tableMoves.length}, ${several ? 0 : beyondTheVendor.length} are beyond its vendors)`,
      several ? tableMoves : possibleMoves,
    ],
    ['named fault points', faultPoints],
    ...(several ? ([['faults of the resellers', resellerFaults]] as const) : []),
  ] as const;
  return titled.map(([title, points]) => {
    const { hit, of, missing } = reachOf(points, counts);
    const share = ((100 * hit) / of).toFixed(1);
    const rest = missing.length === 0 ? '' : `; not hit: ${missing.join(', ')}`;
    return `${title}: ${hit} of ${of} (${share} %)${rest}`;
  });
}
