import { describe, expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { silentTelemetry } from '../lifecycle/telemetry.ts';
import { BEGINNING, type EventScope, isAfter, type Position, type StoredEvent } from '../store/events.ts';
import { createFeed, eventsFrom } from './feed.ts';

/** Events that are complete become readable when the horizon passes their writer, as in the database. */
function setUp() {
  const clock = virtualClock(0);
  const all: StoredEvent[] = [];
  const state = { horizon: 1n, reads: 0, fail: false };
  const store = {
    read: async (scope: EventScope, after: Position, most: number) => {
      state.reads += 1;
      if (state.fail) throw new Error('the database is away');
      const found = all
        .filter(
          (event) =>
            event.position.writer < state.horizon && isAfter(event.position, after) && fits(scope, event),
        )
        .sort((a, b) => (isAfter(a.position, b.position) ? 1 : -1))
        .slice(0, most);
      const more = found.length === most;
      return {
        events: found,
        more,
        upTo: more ? (found.at(-1)?.position ?? after) : { writer: state.horizon, number: 0n },
      };
    },
  };
  const feed = createFeed(store, clock, silentTelemetry, 500);
  let numbers = 0n;
  const write = (writer: bigint, accountId = 'a', taskId = 't') => {
    numbers += 1n;
    const position = { writer, number: numbers };
    all.push({ position, id: `evt_${numbers}`, accountId, taskId, type: 'task.created', data: {}, atMs: 0 });
  };
  const commitAll = () => {
    state.horizon =
      all.reduce((most, event) => (event.position.writer > most ? event.position.writer : most), 0n) + 1n;
  };
  return { clock, store, feed, state, write, commitAll };
}

function fits(scope: EventScope, event: StoredEvent): boolean {
  if (scope.of === 'all') return true;
  return scope.of === 'account' ? event.accountId === scope.id : event.taskId === scope.id;
}

/** Collects numbers in the background. */
function follow(rig: ReturnType<typeof setUp>, scope: EventScope = { of: 'all' }, start = BEGINNING) {
  const left = new AbortController();
  const seen: bigint[] = [];
  const done = (async () => {
    for await (const events of eventsFrom(rig.store, rig.feed, scope, start, left.signal)) {
      seen.push(...events.map((event) => event.position.number));
    }
  })();
  return { seen, left, done };
}

const settle = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

describe('a stream', () => {
  test('reads what is there and then what comes', async () => {
    const rig = setUp();
    rig.write(1n);
    rig.write(2n);
    rig.commitAll();
    const { seen, left, done } = follow(rig);
    await settle();
    expect(seen).toEqual([1n, 2n]);
    rig.write(5n);
    rig.commitAll();
    rig.clock.advance(500);
    await settle();
    expect(seen).toEqual([1n, 2n, 3n]);
    left.abort();
    await done;
  });

  test('after a hint, an event comes as soon as it is complete', async () => {
    const rig = setUp();
    const { seen, left, done } = follow(rig);
    await settle();
    rig.write(1n);
    rig.commitAll();
    rig.feed.poke();
    await settle();
    expect(seen).toEqual([1n]);
    rig.clock.advance(10);
    rig.write(3n);
    await settle();
    // An older transaction is still running, and ends without a hint.
    rig.feed.poke();
    await settle();
    expect(seen).toEqual([1n]);
    rig.commitAll();
    rig.clock.advance(40);
    await settle();
    expect(seen).toEqual([1n, 2n]);
    left.abort();
    await done;
  });

  test('hints without end cost one read in a while', async () => {
    const rig = setUp();
    const { left, done } = follow(rig);
    await settle();
    rig.write(1n);
    rig.commitAll();
    const before = rig.state.reads;
    for (let hints = 0; hints < 100; hints += 1) {
      rig.feed.poke();
      await settle();
    }
    expect(rig.state.reads - before).toBe(1);
    left.abort();
    await done;
  });

  test('never skips an event that was numbered first and committed last', async () => {
    const rig = setUp();
    const { seen, left, done } = follow(rig);
    await settle();
    rig.write(9n); // number 1, still running
    rig.write(8n); // number 2, committed
    rig.state.horizon = 9n;
    rig.clock.advance(500);
    await settle();
    expect(seen).toEqual([2n]);
    rig.state.horizon = 10n;
    rig.clock.advance(500);
    await settle();
    expect(seen).toEqual([2n, 1n]);
    left.abort();
    await done;
  });

  test('sees its own scope only', async () => {
    const rig = setUp();
    const account = follow(rig, { of: 'account', id: 'a' });
    const task = follow(rig, { of: 'task', id: 'u' });
    await settle();
    rig.write(1n, 'a', 't');
    rig.write(1n, 'b', 'u');
    rig.write(1n, 'a', 'u');
    rig.commitAll();
    rig.clock.advance(500);
    await settle();
    expect(account.seen).toEqual([1n, 3n]);
    expect(task.seen).toEqual([2n, 3n]);
    for (const each of [account, task]) each.left.abort();
    await Promise.all([account.done, task.done]);
  });

  test('a thousand streams cost one read per round', async () => {
    const rig = setUp();
    const streams = Array.from({ length: 1_000 }, () => follow(rig));
    await settle();
    const before = rig.state.reads;
    rig.write(1n);
    rig.commitAll();
    rig.clock.advance(500);
    await settle();
    expect(rig.state.reads - before).toBe(1);
    expect(streams.every((stream) => stream.seen.length === 1)).toBe(true);
    for (const stream of streams) stream.left.abort();
    await Promise.all(streams.map((stream) => stream.done));
    rig.clock.advance(5_000);
    await settle();
    expect(rig.state.reads - before).toBe(1);
  });

  test('one that is too slow reads for itself again, and misses nothing', async () => {
    const rig = setUp();
    const left = new AbortController();
    const stream = eventsFrom(rig.store, rig.feed, { of: 'all' }, BEGINNING, left.signal);
    const first = stream.next();
    await settle();
    for (let count = 0; count < 2_500; count += 1) rig.write(1n);
    rig.commitAll();
    rig.clock.advance(500);
    const seen: bigint[] = [];
    const add = (result: IteratorResult<readonly StoredEvent[]>) => {
      if (!result.done) seen.push(...result.value.map((event) => event.position.number));
    };
    add(await first);
    while (seen.length < 2_500) add(await stream.next());
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, index) => BigInt(index + 1)));
    left.abort();
    await stream.return(undefined);
  });

  test('an outage of the database is waited out', async () => {
    const rig = setUp();
    const { seen, left, done } = follow(rig);
    await settle();
    rig.state.fail = true;
    rig.clock.advance(500);
    await settle();
    rig.state.fail = false;
    rig.write(1n);
    rig.commitAll();
    rig.clock.advance(2_000);
    await settle();
    expect(seen).toEqual([1n]);
    left.abort();
    await done;
  });
});
