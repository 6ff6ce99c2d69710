/**
 * When each stage finds something to do again, by the rows alone. Rather too early than too late: a stage that
 * looks and finds nothing does no harm, and one that is not asked would make the world look slower than it is.
 */

import { effectiveLimit } from '@sluice/server/decide/limits.ts';
import { occupyingStates } from '@sluice/server/decide/task.ts';
import type { StageName } from '@sluice/server/lifecycle/context.ts';
import { limitName, type Model } from './model.ts';
import type { LimitRow, TaskRow } from './rows.ts';

const WATCH_MS = 300_000;
const AFTER_TROUBLE_MS = 15_000;

export type StageTimes = Readonly<Record<StageName, number | null>>;

/** `watching`: whether paths are looked after, which one alone needs not. */
export function stageTimes(model: Model, watching: boolean): StageTimes {
  const tasks = [...model.tasks.values()];
  const attempts = [...model.attempts.values()];
  const assets = [...model.assets.values()];
  const open = tasks.filter(({ state }) => state === 'queued' || state === 'running' || state === 'saving');
  const sent = attempts.filter(({ state }) => state === 'sending' || state === 'unknown');
  return {
    admit: admitAtMs(model),
    reconcile: earliest(sent.map((attempt) => attempt.ask_at)),
    track: earliest(attempts.filter(({ state }) => state === 'accepted').map((attempt) => attempt.ask_at)),
    mirror: earliest(assets.filter(({ state }) => state === 'copying').map((asset) => asset.copy_at)),
    settle: earliest(tasks.filter(({ state }) => state === 'settling').map((task) => task.due_at)),
    notify: earliest(
      [...model.deliveries.values()]
        .filter(({ state }) => state === 'waiting')
        .map((delivery) => delivery.due_at),
    ),
    expire: earliest(open.map((task) => task.expires_at)),
    watch: watching ? watchAtMs(model) : null,
    // Nobody asks for a verification in a world.
    verify: null,
    // Nor pays by card.
    checkout: null,
    // Nor is anybody told what needs a person.
    alert: null,
    retain: earliest(assets.filter(({ state }) => state === 'stored').map((asset) => asset.delete_at)),
  };
}

/** A path that could not be reached is asked after sooner than its row says: every quarter of a minute. */
function watchAtMs(model: Model): number | null {
  return earliest(
    [...model.paths.values()].map(({ health, watch_at: atMs }) =>
      health === 'unavailable' && atMs !== null ? atMs - WATCH_MS + AFTER_TROUBLE_MS : atMs,
    ),
  );
}

function earliest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((ms) => ms !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function admitAtMs(model: Model): number | null {
  const taken = new Map<string, number>();
  const occupying: readonly string[] = occupyingStates;
  for (const attempt of model.attempts.values()) {
    const name = limitName(attempt);
    if (occupying.includes(attempt.state)) taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  const instants: (number | null)[] = [];
  for (const task of model.tasks.values()) {
    if (task.state !== 'queued') continue;
    for (const limit of model.limits.values()) {
      const serves = limit.family === task.family && task.path_names.includes(limit.path_name);
      if (serves) instants.push(startAtMs(model, task, limit, taken.get(limitName(limit)) ?? 0));
    }
  }
  return earliest(instants);
}

/** Null: only an end of somebody else makes room. */
function startAtMs(model: Model, task: TaskRow, limit: LimitRow, taken: number): number | null {
  const path = model.paths.get(limit.path_name);
  const restsUntilMs = path === undefined || path.health === 'ok' ? 0 : (path.health_until ?? 0);
  const roomAtMs = taken < effectiveLimit(limit) ? 0 : limit.raise_at;
  return roomAtMs === null
    ? null
    : Math.max(task.not_before ?? 0, restsUntilMs, limit.rest_until ?? 0, roomAtMs);
}
