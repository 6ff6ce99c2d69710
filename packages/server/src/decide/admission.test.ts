import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AdmissionInput, admit, type Lane, laneCost, type WaitingTask } from './admission.ts';

/** `a w2 r3: 1 2/k 3>p+q` is a lane: account, weight, room, tasks with key and paths. */
function lane(text: string, virtualTime = 0n): Lane {
  const [head = '', tasks = ''] = text.split(':');
  const [accountId = '', ...options] = head.trim().split(' ');
  const option = (letter: string) => options.find((each) => each.startsWith(letter))?.slice(1);
  return {
    accountId,
    weight: Number(option('w') ?? 1),
    virtualTime: BigInt(option('v') ?? virtualTime),
    room: option('r') === undefined ? null : Number(option('r')),
    tasks: tasks.trim().split(' ').filter(Boolean).map(task),
  };
}

function task(text: string): WaitingTask {
  const match = /^(\w+?)(?:\/(\w+))?(?:>([\w+]+))?(?:~(\d+))?$/.exec(text);
  if (!match) throw new Error(`unreadable task ${text}`);
  const [, id = '', keyId = 'k', paths = 'p', slotMs = '1000'] = match;
  return { id, keyId, slotMs: Number(slotMs), pathNames: paths.split('+') };
}

function input(with_: {
  free: Record<string, number>;
  lanes: string[];
  keys?: Record<string, number>;
  most?: number;
}): AdmissionInput {
  return {
    free: Object.entries(with_.free).map(([pathName, free]) => ({ pathName, free })),
    lanes: with_.lanes.map((text) => lane(text)),
    keyRoom: new Map(Object.entries(with_.keys ?? {})),
    queueVirtualTime: 0n,
    most: with_.most ?? 1_000,
  };
}

const shown = (given: AdmissionInput): string =>
  admit(given)
    .admitted.map(({ taskId, pathName }) => (pathName === 'p' ? taskId : `${taskId}>${pathName}`))
    .join(' ');

describe('who goes', () => {
  test.each([
    ['in turns', { free: { p: 5 }, lanes: ['a: a1 a2 a3', 'b: b1 b2 b3'] }, 'a1 b1 a2 b2 a3'],
    ['by weight', { free: { p: 6 }, lanes: ['a w2: a1 a2 a3 a4 a5', 'b: b1 b2 b3'] }, 'a1 b1 a2 a3 b2 a4'],
    ['by slot time', { free: { p: 4 }, lanes: ['a: a1~3000 a2', 'b: b1 b2 b3'] }, 'a1 b1 b2 b3'],
    ['who was served less before', { free: { p: 3 }, lanes: ['a v5000000: a1', 'b: b1 b2 b3'] }, 'b1 b2 b3'],
    ['no more than slots', { free: { p: 1 }, lanes: ['a: a1 a2'] }, 'a1'],
    ['no more than asked', { free: { p: 9 }, lanes: ['a: a1 a2 a3'], most: 2 }, 'a1 a2'],
    ['nobody without slots', { free: { p: 0 }, lanes: ['a: a1'] }, ''],
    ['nobody on an unknown path', { free: { q: 9 }, lanes: ['a: a1'] }, ''],
    [
      'to the first free path',
      { free: { p: 1, q: 2 }, lanes: ['a: a1>p+q a2>p+q a3>p+q a4>p+q'] },
      'a1 a2>q a3>q',
    ],
    ['past a full path', { free: { p: 0, q: 1 }, lanes: ['a: a1 a2>q'] }, 'a2>q'],
    ['past a full account', { free: { p: 3 }, lanes: ['a r1: a1 a2', 'b: b1'] }, 'a1 b1'],
    ['past a full key', { free: { p: 3 }, lanes: ['a: a1/x a2/x a3/y'], keys: { x: 1 } }, 'a1 a3'],
    ['past a key with no room', { free: { p: 3 }, lanes: ['a: a1/x a2'], keys: { x: 0 } }, 'a2'],
    ['past an account over its cap', { free: { p: 3 }, lanes: ['a r-1: a1', 'b: b1'] }, 'b1'],
    ['what was passed over, once it can', { free: { p: 2, q: 1 }, lanes: ['a: a1>q a2>q a3'] }, 'a1>q a3'],
  ])('%s', (_what, with_, expected) => {
    expect(shown(input(with_))).toBe(expected);
  });

  test('what they pay: slot time by weight, in the lane and in the queue', () => {
    const answer = admit(input({ free: { p: 3 }, lanes: ['a w2 v10: a1 a2', 'b v500: b1~1'] }));
    expect(answer.lanes).toEqual([
      { accountId: 'a', virtualTime: 1_000_010n },
      { accountId: 'b', virtualTime: 1_500n },
    ]);
    expect(answer.queueVirtualTime).toBe(500_010n);
    expect(laneCost(0, 1)).toBe(1_000n);
    expect(laneCost(90_000, 3)).toBe(30_000_000n);
  });

  test('the time of the queue never runs back', () => {
    expect(
      admit({ ...input({ free: { p: 1 }, lanes: ['a: a1'] }), queueVirtualTime: 77n }).queueVirtualTime,
    ).toBe(77n);
  });
});

const PATHS = ['p', 'q', 'r'];
const anyInput = fc
  .record({
    free: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)),
    lanes: fc.array(
      fc.record({
        weight: fc.integer({ min: 1, max: 9 }),
        virtualTime: fc.bigInt(0n, 5_000_000n),
        room: fc.option(fc.integer({ min: -1, max: 5 })),
        tasks: fc.array(
          fc.record({
            keyId: fc.constantFrom('k1', 'k2', 'k3'),
            slotMs: fc.integer({ min: 0, max: 300_000 }),
            pathNames: fc.uniqueArray(fc.constantFrom(...PATHS), { minLength: 1 }),
          }),
          { maxLength: 8 },
        ),
      }),
      { maxLength: 6 },
    ),
    keyRoom: fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: 0, max: 4 })),
    most: fc.nat(15),
  })
  .map(({ free, lanes, keyRoom, most }): AdmissionInput => {
    let count = 0;
    const name = () => `t${count++}`;
    return {
      free: PATHS.map((pathName, index) => ({ pathName, free: free[index] ?? 0 })),
      lanes: lanes.map((each, index) => ({
        ...each,
        accountId: `a${index}`,
        tasks: each.tasks.map((waiting) => ({ ...waiting, id: name() })),
      })),
      // The third key has no cap.
      keyRoom: new Map([
        ['k1', keyRoom[0]],
        ['k2', keyRoom[1]],
      ]),
      queueVirtualTime: 0n,
      most,
    };
  });

describe('whatever waits', () => {
  test('no slot, cap, key or number is exceeded, and no task goes twice or to a path that it cannot use', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { admitted } = admit(given);
        expect(admitted.length).toBeLessThanOrEqual(given.most);
        expect(new Set(admitted.map((each) => each.taskId)).size).toBe(admitted.length);
        const where = new Map(admitted.map((each) => [each.taskId, each.pathName]));
        for (const { pathName, free } of given.free) {
          expect(admitted.filter((each) => each.pathName === pathName).length).toBeLessThanOrEqual(free);
        }
        const byKey = new Map<string, number>();
        for (const each of given.lanes) {
          const gone = each.tasks.filter((waiting) => where.has(waiting.id));
          if (each.room !== null) expect(gone.length).toBeLessThanOrEqual(Math.max(0, each.room));
          for (const waiting of gone) {
            expect(waiting.pathNames).toContain(where.get(waiting.id));
            byKey.set(waiting.keyId, (byKey.get(waiting.keyId) ?? 0) + 1);
          }
        }
        for (const [key, room] of given.keyRoom) {
          expect(byKey.get(key) ?? 0).toBeLessThanOrEqual(Math.max(0, room));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no slot idles while somebody who may use it waits', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { admitted } = admit(given);
        if (admitted.length >= given.most) return;
        const gone = new Set(admitted.map((each) => each.taskId));
        const free = new Map(
          given.free.map(({ pathName, free: slots }) => [
            pathName,
            slots - admitted.filter((each) => each.pathName === pathName).length,
          ]),
        );
        const tasks = given.lanes.flatMap((each) => each.tasks);
        const keyUsed = (key: string) =>
          tasks.filter((each) => each.keyId === key && gone.has(each.id)).length;
        for (const each of given.lanes) {
          const used = each.tasks.filter((waiting) => gone.has(waiting.id)).length;
          if (each.room !== null && used >= each.room) continue;
          for (const waiting of each.tasks.filter((other) => !gone.has(other.id))) {
            const keyRoom = given.keyRoom.get(waiting.keyId);
            const keyFull = keyRoom !== undefined && keyUsed(waiting.keyId) >= keyRoom;
            expect(keyFull || waiting.pathNames.every((name) => (free.get(name) ?? 0) <= 0)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('virtual times only grow, and by what was admitted', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { admitted, lanes } = admit(given);
        const gone = new Set(admitted.map((each) => each.taskId));
        const after = new Map(lanes.map((each) => [each.accountId, each.virtualTime]));
        for (const each of given.lanes) {
          const spent = each.tasks
            .filter((waiting) => gone.has(waiting.id))
            .reduce((sum, waiting) => sum + laneCost(waiting.slotMs, each.weight), 0n);
          expect(after.get(each.accountId) ?? each.virtualTime).toBe(each.virtualTime + spent);
        }
      }),
    );
  });
});

/** A queue that is served a slot at a time for as long as it is asked to, as the store does. */
function serve(
  lanes: { accountId: string; weight: number; slotMs: number; keys?: number }[],
  rounds: number,
  slots: number,
): { served: Map<string, number>; order: string[] } {
  const virtualTimes = new Map<string, bigint>();
  const served = new Map<string, number>();
  const order: string[] = [];
  let queueVirtualTime = 0n;
  for (let round = 0; round < rounds; round += 1) {
    const answer = admit({
      free: [{ pathName: 'p', free: slots }],
      lanes: lanes.map(({ accountId, weight, slotMs, keys = 1 }) => ({
        accountId,
        weight,
        virtualTime: virtualTimes.get(accountId) ?? 0n,
        room: null,
        tasks: Array.from({ length: slots }, (_, index) => ({
          id: `${accountId}/${round}/${index}`,
          keyId: `${accountId}${index % keys}`,
          slotMs,
          pathNames: ['p'],
        })),
      })),
      keyRoom: new Map(),
      queueVirtualTime,
      most: 1_000,
    });
    queueVirtualTime = answer.queueVirtualTime;
    for (const { accountId, virtualTime } of answer.lanes) virtualTimes.set(accountId, virtualTime);
    for (const { taskId } of answer.admitted) {
      const [account = ''] = taskId.split('/');
      order.push(account);
      served.set(account, (served.get(account) ?? 0) + 1);
    }
  }
  return { served, order };
}

describe('in the long run', () => {
  test('slot time is shared by weight, within a tenth', () => {
    const anyLanes = fc.uniqueArray(
      fc.record({
        accountId: fc.constantFrom('a', 'b', 'c', 'd'),
        weight: fc.integer({ min: 1, max: 8 }),
        slotMs: fc.integer({ min: 20_000, max: 300_000 }),
      }),
      { selector: (each) => each.accountId, minLength: 2, maxLength: 4 },
    );
    fc.assert(
      fc.property(anyLanes, fc.integer({ min: 1, max: 12 }), (lanes, slots) => {
        const { served } = serve(lanes, Math.ceil(6_000 / slots), slots);
        const time = (each: (typeof lanes)[number]) => (served.get(each.accountId) ?? 0) * each.slotMs;
        const whole = lanes.reduce((sum, each) => sum + time(each), 0);
        const weights = lanes.reduce((sum, each) => sum + each.weight, 0);
        for (const each of lanes) {
          const share = time(each) / whole / (each.weight / weights);
          expect(share).toBeGreaterThan(0.9);
          expect(share).toBeLessThan(1.1);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('splitting over keys gains nothing', () => {
    const one = { accountId: 'a', weight: 1, slotMs: 60_000 };
    const other = { accountId: 'b', weight: 1, slotMs: 60_000 };
    expect(serve([{ ...one, keys: 9 }, other], 50, 3).order).toEqual(serve([one, other], 50, 3).order);
  });

  test('a flood of one delays the next task of another by at most its turn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 9 }), (before, weight) => {
        // The flood had the family to itself; then somebody else comes, at the time of the queue.
        const flood = serve([{ accountId: 'flood', weight, slotMs: 60_000 }], before, 1);
        expect(flood.order).toHaveLength(before);
        const floodTime = laneCost(60_000, weight) * BigInt(before);
        const queueTime = floodTime - laneCost(60_000, weight);
        const answer = admit({
          free: [{ pathName: 'p', free: 3 }],
          lanes: [
            {
              accountId: 'flood',
              weight,
              virtualTime: floodTime,
              room: null,
              tasks: ['f1', 'f2', 'f3'].map(task),
            },
            { accountId: 'late', weight: 1, virtualTime: queueTime, room: null, tasks: ['late'].map(task) },
          ],
          keyRoom: new Map(),
          queueVirtualTime: queueTime,
          most: 3,
        });
        expect(answer.admitted[0]?.taskId).toBe('late');
      }),
    );
  });
});
