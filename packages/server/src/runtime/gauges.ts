/** Numbers that are read, not counted: slots, waiting tasks, unknown attempts, ledger drift. Read at most once a second. */

import { effectiveLimit } from '../decide/limits.ts';
import type { Metrics } from '../effects/telemetry/metrics.ts';
import type { Store } from '../store/store.ts';

export async function readGauges(store: Store, metrics: Metrics): Promise<void> {
  const [slots, counts, drift] = await Promise.all([
    store.stats.slots(),
    store.stats.taskCounts(),
    store.stats.ledgerDrift(),
  ]);
  for (const row of slots) {
    const labels = { path: row.path_name, family: row.family };
    metrics.set('sluice_slots_occupied', row.occupied, labels);
    metrics.set('sluice_slots_limit', Math.min(effectiveLimit(row), 1_000_000), labels);
    metrics.set('sluice_unknown_attempts', row.unknown, labels);
  }
  for (const [state, tasks] of counts) metrics.set('sluice_tasks', tasks, { state });
  metrics.set('sluice_ledger_drift_micros', Number(drift.drift));
}
