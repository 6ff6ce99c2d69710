/**
 * The gateway processes of a world: they start, are killed at any effect, stopped for minutes, asked to leave, and
 * come back.
 */
import type { VirtualClock } from '@sluice/server/effects/clock/virtual.ts';
import type { Dice } from '../dice.ts';
import type { Fate, Life, Parked, Scheduler } from '../schedule/scheduler.ts';
import type { Climate } from './climate.ts';
import { DELICATE, isDelicate, isPaid } from './ground.ts';
import type { Node } from './node.ts';

export type Processes = {
  /** Those that live, stopped ones included. */
  alive(): Node[];
  /** One that takes requests, or null. */
  anyNode(): Node | null;
  start(index: number): void;
  /** What becomes of the effect whose turn it is; deaths and pauses happen here. */
  fateOf(parked: Parked): Fate;
  kill(life: Life): void;
  /** Everybody lives and nobody is hurt any more. */
  heal(): void;
};

export type ProcessParts = {
  clock: VirtualClock;
  dice: Dice;
  climate: Climate;
  scheduler: Scheduler;
  build(life: Life): Node;
  hit(point: string): void;
  onCrash(error: unknown): void;
};

/** Twice the lease and more: whatever the process held is somebody else's when it wakes. */
const PAUSE_LEAST_MS = 120_000;
const PAUSE_MOST_MS = 420_000;
/** The send window and two lookups: time enough for another process to give it up. */
const SLEEP_LEAST_MS = 240_000;

export function createProcesses(parts: ProcessParts): Processes {
  const { clock, dice, climate, scheduler, hit } = parts;
  const nodes = new Map<number, Node>();
  const lives = new Map<number, number>();
  let healed = false;

  function start(index: number): void {
    const count = (lives.get(index) ?? 0) + 1;
    lives.set(index, count);
    const name = `${'abcdefgh'[index]}.${count}`;
    const node = parts.build({ name, node: index, alive: true, pausedUntilMs: 0 });
    nodes.set(index, node);
    node.boot().catch((error: unknown) => {
      parts.onCrash(error);
      // A process that cannot start ends, and whoever supervises it starts another.
      end(node);
      void restartLater(index, 2_000);
    });
  }

  function end(node: Node): void {
    node.life.alive = false;
    scheduler.drop(node.life);
    node.idle.clear();
    for (const hangUp of node.hangUps) hangUp();
    if (nodes.get(node.life.node) === node) nodes.delete(node.life.node);
  }

  async function restartLater(index: number, afterMs: number): Promise<void> {
    await clock.sleep(afterMs);
    if (!nodes.has(index)) start(index);
  }

  function kill(life: Life): void {
    const node = nodes.get(life.node);
    if (!node || node.life !== life) return;
    end(node);
    void restartLater(life.node, healed ? 1_000 : dice.whole(500, 90_000));
  }

  async function stop(node: Node): Promise<void> {
    node.stopping = true;
    await node.stop();
    hit('process left by itself');
    kill(node.life);
  }

  function pause(life: Life, leastMs: number): void {
    hit('process paused');
    life.pausedUntilMs = clock.now() + dice.whole(leastMs, PAUSE_MOST_MS);
  }

  function othersAwake(life: Life): boolean {
    const others = [...nodes.values()].filter((node) => node.life !== life && !node.stopping);
    return others.some((node) => node.life.pausedUntilMs <= clock.now());
  }

  function fateOf(parked: Parked): Fate {
    if (healed) return { kind: 'run' };
    const { killRate, pauseRate, sleepRate, stopRate, loseBeforeRate, loseAfterRate } = climate.processes;
    const node = nodes.get(parked.life.node);
    if (node && !node.stopping && dice.chance(stopRate)) {
      hit('process asked to stop');
      void stop(node);
    }
    const delicate = isDelicate(parked.label) ? DELICATE : 1;
    if (dice.chance(delicate * pauseRate)) pause(parked.life, PAUSE_LEAST_MS);
    if (isPaid(parked) && othersAwake(parked.life) && dice.chance(sleepRate)) {
      pause(parked.life, SLEEP_LEAST_MS);
    }
    if (dice.chance(delicate * killRate)) {
      const kind = dice.chance(0.5) ? 'die_before' : 'die_after';
      hit(`process killed ${kind === 'die_before' ? 'before' : 'after'} ${parked.kind}`);
      return { kind };
    }
    if (parked.kind !== 'store') return { kind: 'run' };
    if (dice.chance(loseBeforeRate)) {
      hit('database lost before');
      return { kind: 'fail_before', error: new Error('injected: the connection was refused') };
    }
    if (dice.chance(loseAfterRate)) {
      hit('database lost after');
      return { kind: 'fail_after', error: new Error('injected: lost at COMMIT, outcome unknown') };
    }
    return { kind: 'run' };
  }

  return {
    alive: () => [...nodes.values()],
    anyNode: () => {
      const taking = [...nodes.values()].filter((node) => !node.stopping);
      return taking.length === 0 ? null : dice.pick(taking);
    },
    start,
    fateOf,
    kill,
    heal: () => {
      healed = true;
      for (const node of nodes.values())
        node.life.pausedUntilMs = Math.min(node.life.pausedUntilMs, clock.now());
      for (let index = 0; index < climate.nodes; index += 1) if (!nodes.has(index)) start(index);
    },
  };
}
