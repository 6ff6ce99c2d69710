/** What many runs have touched, in words: moves of the transition tables and named points where things go wrong. */
import { attemptTransitions, taskTransitions } from '@sluice/server/decide/task.ts';
import { vendorFaultNames } from './world/vendor-faults.ts';

export type Reach = { hit: number; of: number; missing: string[] };

/** Every move of both tables. */
export const tableMoves: readonly string[] = [
  ...movesOf('task', taskTransitions),
  ...movesOf('attempt', attemptTransitions),
];

/**
 * Moves that no world with only this vendor can make: it has no cancelled and no expired state. Their statement is the
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
  ...['refused', 'silent', 'throttled', 'arrears', 'forbidden'].map((kind) => `outage ${kind}`),
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

export function coverageLines(counts: ReadonlyMap<string, number>): string[] {
  const titled = [
    [
      `moves of the tables (of ${tableMoves.length}, ${beyondTheVendor.length} are beyond this vendor)`,
      possibleMoves,
    ],
    ['named fault points', faultPoints],
  ] as const;
  return titled.map(([title, points]) => {
    const { hit, of, missing } = reachOf(points, counts);
    const share = ((100 * hit) / of).toFixed(1);
    const rest = missing.length === 0 ? '' : `; not hit: ${missing.join(', ')}`;
    return `${title}: ${hit} of ${of} (${share} %)${rest}`;
  });
}
