/**
 * Numbers that are read, not counted: slots, tasks under way, unknown attempts; and, rarely, the drift of the
 * ledger.
 */

import { effectiveLimit } from '../decide/limits.ts';
import { isTerminal, taskStates } from '../decide/task.ts';
import type { Metrics } from '../effects/telemetry/metrics.ts';
import type { Books } from '../lifecycle/operate/books.ts';
import type { Store } from '../store/store.ts';

export async function readGauges(store: Store, metrics: Metrics): Promise<void> {
  const [slots, counts] = await Promise.all([store.stats.slots(), store.stats.livingTaskCounts()]);
  for (const row of slots) {
    const labels = { path: row.path_name, family: row.family };
    metrics.set('sluice_slots_occupied', row.occupied, labels);
    metrics.set('sluice_slots_limit', Math.min(effectiveLimit(row), 1_000_000), labels);
    metrics.set('sluice_unknown_attempts', row.unknown, labels);
  }
  for (const state of taskStates.filter((name) => !isTerminal(name))) {
    metrics.set('sluice_tasks', counts.get(state) ?? 0, { state });
  }
}

export async function readDrift(books: Pick<Books, 'drift'>, metrics: Metrics): Promise<void> {
  const { value, atMs } = await books.drift();
  metrics.set('sluice_ledger_drift_micros', Number(value.drift) + Math.abs(Number(value.total)));
  metrics.set('sluice_ledger_checked_seconds', atMs / 1000);
}
