import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { seededRandom } from '../effects/random/seeded.ts';
import { createSecrets } from '../effects/secrets/secrets.ts';
import { createLog } from '../effects/telemetry/log.ts';
import { createMetrics } from '../effects/telemetry/metrics.ts';
import { createBooks } from '../lifecycle/operate/books.ts';
import type { NodeStore } from '../store/nodes.ts';
import { createStore, type Store } from '../store/store.ts';
import { createRows, T0 } from '../store/testing/rows.ts';
import { useTestDatabase } from '../store/testing/test-database.ts';
import { refreshGauges, refuseForeignSealKey, SealKeyError } from './compose.ts';
import { readDrift, readGauges } from './gauges.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createTelemetry } from './telemetry.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
let store: Store;

beforeAll(() => {
  store = createStore(testDatabase().database);
});

test('a database belongs to the first seal key that it meets', async () => {
  const secretsOf = (seed: number) => createSecrets(seededRandom(seed).bytes(32), seededRandom(seed));
  await refuseForeignSealKey(store, secretsOf(1));
  await refuseForeignSealKey(store, secretsOf(1));
  await expect(refuseForeignSealKey(store, secretsOf(2))).rejects.toThrow(SealKeyError);
});

describe('gauges', () => {
  let account: string;
  let path: string;
  beforeEach(async () => {
    account = (await rows.account()).id;
    path = await rows.path();
  });

  test('slots, unknown attempts and tasks under way', async () => {
    await rows.limit(path, 'kling', { configured: 5, learned: 3 });
    await rows.limit(path, 'endless');
    await rows.running(account, 'unknown', { task: { pathNames: [path] } });
    await rows.running(account, 'accepted', { task: { pathNames: [path] } });
    await rows.task({ account, state: 'succeeded' });
    const metrics = createMetrics({ process: false });
    await readGauges(store, metrics);
    const text = await metrics.text();
    for (const line of [
      `sluice_slots_occupied{path="${path}",family="kling"} 2`,
      `sluice_slots_limit{path="${path}",family="kling"} 3`,
      `sluice_slots_limit{path="${path}",family="endless"} 1000000`,
      `sluice_unknown_attempts{path="${path}",family="kling"} 1`,
      'sluice_tasks{state="running"} 2',
      'sluice_tasks{state="queued"} 0',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('succeeded');
  });

  test('drift of the ledger', async () => {
    const metrics = createMetrics({ process: false });
    const books = createBooks(store, virtualClock(T0));
    await readDrift(books, metrics);
    expect(await metrics.text()).toContain('sluice_ledger_drift_micros 0');
    expect(await metrics.text()).toContain(`sluice_ledger_checked_seconds ${T0 / 1000}`);
    await rows.query('UPDATE balances SET posted_micros = posted_micros + 3 WHERE account_id = $1', [
      account,
    ]);
    await readDrift(books, metrics);
    expect(await metrics.text()).toContain('sluice_ledger_drift_micros 3');
    await rows.query('UPDATE balances SET posted_micros = posted_micros - 3 WHERE account_id = $1', [
      account,
    ]);
  });

  test('trouble is told and does not end them', async () => {
    const stop = new AbortController();
    const troubles: unknown[] = [];
    let reads = 0;
    const broken: Store = {
      ...store,
      stats: {
        ...store.stats,
        slots: () => {
          reads += 1;
          if (reads === 3) stop.abort();
          return Promise.reject(new Error('no database'));
        },
      },
    };
    const eager = {
      now: () => 0,
      monotonic: () => 0,
      sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
      turn: async () => {},
    };
    await refreshGauges(
      broken,
      createBooks(broken, eager),
      createMetrics({ process: false }),
      eager,
      stop.signal,
      (error) => troubles.push(error),
    );
    expect(reads).toBe(3);
    expect(troubles.length).toBeGreaterThanOrEqual(3);
  });
});

describe('heartbeat', () => {
  /** Tells when a beat was written. */
  function heard(nodes: NodeStore): { nodes: NodeStore; beat(): Promise<void> } {
    let written: () => void = () => {};
    const beat = () =>
      new Promise<void>((resolve) => {
        written = resolve;
      });
    const beats: NodeStore['beat'] = async (id, nowMs) => {
      await nodes.beat(id, nowMs);
      written();
    };
    return { nodes: { ...nodes, beat: beats }, beat };
  }

  test('a node is seen from its start on, every five seconds, until it leaves', async () => {
    const clock = virtualClock(T0);
    const { nodes, beat } = heard(store.nodes);
    await store.nodes.beat('node_old', T0 - 3_600_001);
    const heartbeat = await startHeartbeat(nodes, 'node_1', clock, () => {});
    const seen = async () => (await store.nodes.list()).map((node) => [node.id, node.seen_at]);
    expect(await seen()).toContainEqual(['node_1', T0]);
    const next = beat();
    clock.advance(5_000);
    await next;
    expect(await seen()).toContainEqual(['node_1', T0 + 5_000]);
    await heartbeat.stop();
    expect(await seen()).toEqual([]);
    expect(clock.nextWake()).toBeNull();
  });

  test('a database that is away ends neither start nor stop', async () => {
    const troubles: unknown[] = [];
    const away = () => Promise.reject(new Error('away'));
    const nodes = { ...store.nodes, beat: away, leave: away };
    const heartbeat = await startHeartbeat(nodes, 'node_2', virtualClock(T0), (error) =>
      troubles.push(error),
    );
    await heartbeat.stop();
    expect(troubles).toHaveLength(2);
  });
});

test('reports of the stages become log lines and metrics', async () => {
  const lines: string[] = [];
  const metrics = createMetrics({ process: false });
  const telemetry = createTelemetry(createLog('info', { write: (line) => lines.push(line) }), metrics);
  telemetry.log('warn', 'path kling: throttled', { path: 'kling' });
  telemetry.log('info', 'started');
  telemetry.count('sluice_refusals_total', { path: 'kling', kind: 'no_slot' });
  telemetry.count('sluice_unknown_attempts_total', { path: 'kling' }, 3);
  telemetry.observe('sluice_task_seconds', 90, { outcome: 'succeeded' });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', msg: 'path kling: throttled', path: 'kling' },
    { level: 'info', msg: 'started' },
  ]);
  const text = await metrics.text();
  expect(text).toContain('sluice_refusals_total{path="kling",kind="no_slot"} 1');
  expect(text).toContain('sluice_unknown_attempts_total{path="kling"} 3');
  expect(text).toContain('sluice_task_seconds_sum{outcome="succeeded"} 90');
});
