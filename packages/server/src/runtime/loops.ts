/** Runs the stages: a loop each, woken by hints, looking by itself when no hint comes, backing off when it fails. */
import type { Clock } from '../effects/clock/clock.ts';
import type { Context, StageName } from '../lifecycle/context.ts';
import { createPools, type Pools, type StageRound, stageRounds } from './rounds.ts';

export type Wakes = {
  wake(stage: StageName): void;
  wait(stage: StageName, ms: number, stop: AbortSignal): Promise<void>;
};

export type Loops = {
  /** Stops claiming, waits for what is under way. Nothing is lost when the process is killed instead. */
  stop(): Promise<void>;
  running(): { submits: number; questions: number; copies: number; deliveries: number };
};

const FAILURE_PAUSE_MS = 250;
const FAILURE_PAUSE_MOST_MS = 5_000;

/** The wake-ups of one process. A wake-up that comes while the stage works is remembered for its next wait. */
export function createWakes(clock: Clock): Wakes {
  const pending = new Set<StageName>();
  const waiters = new Map<StageName, () => void>();
  return {
    wake: (stage) => {
      pending.add(stage);
      waiters.get(stage)?.();
    },
    wait: async (stage, ms, stop) => {
      if (!pending.delete(stage) && !stop.aborted) {
        const woken = new AbortController();
        const end = () => woken.abort();
        waiters.set(stage, end);
        stop.addEventListener('abort', end, { once: true });
        await clock.sleep(ms, woken.signal);
        stop.removeEventListener('abort', end);
        waiters.delete(stage);
        pending.delete(stage);
      }
    },
  };
}

export function startLoops(context: Context, wakes: Wakes): Loops {
  const pools = createPools(context);
  // A signal each: Node takes more than ten listeners on one for a leak, and says so to whoever started us.
  const loops = stageRounds.map((round) => {
    const stop = new AbortController();
    return { stop, ended: runLoop(context, pools, wakes, round, stop.signal) };
  });
  return {
    stop: async () => {
      for (const { stop } of loops) stop.abort();
      await Promise.all(loops.map(({ ended }) => ended));
      // Lookups first: what they find missing is sent again.
      await pools.lookups.idle();
      await Promise.all([
        pools.submits.idle(),
        pools.questions.idle(),
        pools.copies.idle(),
        pools.deliveries.idle(),
      ]);
    },
    running: () => ({
      submits: pools.submits.running(),
      questions: pools.questions.running() + pools.lookups.running(),
      copies: pools.copies.running(),
      deliveries: pools.deliveries.running(),
    }),
  };
}

async function runLoop(
  context: Context,
  pools: Pools,
  wakes: Wakes,
  round: StageRound,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    try {
      const more = await round.run(context, pools);
      failures = 0;
      if (more) continue;
    } catch (error) {
      failures += 1;
      context.telemetry.count('sluice_loop_errors_total', { stage: round.stage });
      const message = error instanceof Error ? error.message : String(error);
      context.telemetry.log('error', `${round.stage}: ${message}`, { failures });
      await context.clock.sleep(Math.min(FAILURE_PAUSE_MOST_MS, FAILURE_PAUSE_MS * 2 ** failures), stop);
    }
    await wakes.wait(round.stage, round.idleMs, stop);
  }
}
