import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../effects/clock/clock.ts';
import { virtualClock } from '../effects/clock/virtual.ts';
import { useRig } from '../http/testing/rig.ts';
import type { Context } from '../lifecycle/context.ts';
import { createWakes, startLoops } from './loops.ts';
import { createPools, stageRounds } from './rounds.ts';

const never = new AbortController().signal;

describe('wake-ups', () => {
  test('end a wait, of their own stage only', async () => {
    const wakes = createWakes(virtualClock(0));
    const ended: string[] = [];
    const waits = [
      wakes.wait('admit', 1_000, never).then(() => ended.push('admit')),
      wakes.wait('settle', 1_000, never).then(() => ended.push('settle')),
    ];
    wakes.wake('settle');
    await waits[1];
    expect(ended).toEqual(['settle']);
    wakes.wake('admit');
    await Promise.all(waits);
  });

  test('that come while the stage works are remembered, once', async () => {
    const clock = virtualClock(0);
    const wakes = createWakes(clock);
    wakes.wake('admit');
    wakes.wake('admit');
    await wakes.wait('admit', 1_000, never);
    const second = wakes.wait('admit', 1_000, never);
    expect(clock.nextWake()).toBe(1_000);
    clock.advance(1_000);
    await second;
  });

  test('are not needed: a wait ends by itself', async () => {
    const clock = virtualClock(0);
    const wakes = createWakes(clock);
    const wait = wakes.wait('track', 250, never);
    clock.advance(250);
    await wait;
  });

  test('nobody waits when it stops', async () => {
    const clock = virtualClock(0);
    const wakes = createWakes(clock);
    const stopping = new AbortController();
    const wait = wakes.wait('track', 250, stopping.signal);
    stopping.abort();
    await wait;
    await wakes.wait('track', 250, stopping.signal);
    expect(clock.nextWake()).toBeNull();
  });
});

describe('loops', () => {
  const rig = useRig();

  /** Time that passes as soon as somebody waits for it; what was waited for is kept. */
  function eagerClock(): Clock & { slept: number[] } {
    const slept: number[] = [];
    let now = 0;
    return {
      slept,
      now: () => rig().clock.now(),
      monotonic: () => now,
      sleep: (ms, signal) => {
        if (!signal?.aborted) slept.push(ms);
        now += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
      turn: async () => {},
    };
  }

  /** A context whose settling fails as long as it is told to. */
  function failing(clock: Clock, fails: (calls: number) => boolean) {
    const { context } = rig();
    const errors: string[] = [];
    let calls = 0;
    let recovered: () => void = () => {};
    const recovery = new Promise<void>((resolve) => {
      recovered = resolve;
    });
    const broken: Context = {
      ...context,
      clock,
      telemetry: {
        log: (_level, message) => errors.push(message),
        count: (metric, labels) => errors.push(`${metric} ${labels?.stage}`),
        observe: () => {},
      },
      store: {
        ...context.store,
        settle: {
          ...context.store.settle,
          settle: async () => {
            calls += 1;
            if (fails(calls)) throw new Error('no database');
            recovered();
            return [];
          },
        },
      },
    };
    return { context: broken, errors, recovery };
  }

  test('a stage that fails is counted, told, tried again ever later, and recovers; the others go on', async () => {
    const clock = eagerClock();
    // The loops of admit and track alone wait for a quarter of a second.
    const othersGoOn = () => clock.slept.includes(250);
    const { context, errors, recovery } = failing(clock, (calls) => calls <= 7 || !othersGoOn());
    const loops = startLoops(context, createWakes(clock));
    await recovery;
    await loops.stop();
    const told = errors.filter((line) => line === 'settle: no database').length;
    expect(told).toBeGreaterThanOrEqual(7);
    expect(errors.filter((line) => line === 'sluice_loop_errors_total settle')).toHaveLength(told);
    // Others rest for two and for five seconds at a time as well, and nobody else for four: it rose once, to the most.
    const pauses = clock.slept.filter((ms) => ms > 1_000 && ms < 60_000);
    expect(pauses.filter((ms) => ms === 4_000)).toHaveLength(1);
    expect(Math.max(...pauses)).toBe(5_000);
    expect(loops.running()).toEqual({ submits: 0, questions: 0, copies: 0, deliveries: 0 });
  });

  test('stop waits for what is under way, and nothing is claimed after it', async () => {
    const clock = virtualClock(0);
    const { context } = failing(clock, () => false);
    const loops = startLoops(context, createWakes(clock));
    await loops.stop();
    expect(clock.nextWake()).toBeNull();
    await loops.stop();
  });

  test('work of a pool that fails is counted and told', async () => {
    const { context, errors } = failing(virtualClock(0), () => false);
    const pools = createPools(context);
    pools.copies.start(() => Promise.reject(new Error('no disk')));
    await pools.copies.idle();
    expect(errors).toEqual(['sluice_loop_errors_total mirror', 'mirror: no disk']);
  });

  test('run without a warning of Node, however many stages there are', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const still = virtualClock(0);
    let resting = 0;
    let allRest = (): void => {};
    const rest = new Promise<void>((resolve) => {
      allRest = resolve;
    });
    const clock: Clock = {
      ...still,
      sleep: (ms, signal) => {
        resting += 1;
        if (resting === stageRounds.length) allRest();
        return still.sleep(ms, signal);
      },
    };
    const loops = startLoops(failing(clock, () => false).context, createWakes(clock));
    await rest;
    await loops.stop();
    expect(warned.mock.calls).toEqual([]);
    warned.mockRestore();
  });
});
