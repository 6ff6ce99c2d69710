import { createKling } from '@sluice/emulators';
import { expect, test } from 'vitest';
import { useRig } from '../../http/testing/rig.ts';
import { drawn, ORIGIN, type Played, play, words } from '../testing/played.ts';

const rig = useRig();
const KEY = 'key-0123456789abcdef0123';
const DAY_MS = 86_400_000;
const CLIP = { model: 'kling-3.0', prompt: 'a boat', duration: 5, quality: '720p', sound: 'off' };

type Ordering = { second: number; account: number; more?: object };
type Scene = {
  name: string;
  /** What the vendor takes at once. */
  takes: number;
  /** What the operator set; absent: it is learned. */
  set?: number;
  /** What the vendor's times are learned from before anything counts. */
  learning?: readonly object[];
  orders: readonly Ordering[];
};

async function open({ name, takes, set }: Scene): Promise<Played> {
  const { ask, operatorKey, clock } = rig();
  const vendor = createKling({
    clock,
    random: drawn(name),
    publicUrl: ORIGIN,
    accounts: [
      { apiKeys: [KEY], packs: [{ name: 'Video', type: 'video', units: '100000', concurrency: takes }] },
    ],
    timing: { queueMs: 500, renderBaseMs: 40_000, renderMsPerSecond: 4_000, jitter: 0.35, callbackMs: 100 },
    outputs: { clips: words },
  });
  const path = { name, provider: 'kling', base_url: ORIGIN, sandbox: true, check: false };
  const limits = set === undefined ? {} : { limits: { '*': set } };
  const body = { ...path, ...limits, credential: { api_key: KEY } };
  const made = await ask('POST', '/v1/paths', { key: operatorKey, body });
  if (made.status !== 201) throw new Error(made.text);
  return play(rig(), vendor);
}

async function live(played: Played, path: string, orders: readonly Ordering[]): Promise<void> {
  const { ask, account, clock, database } = rig();
  const accounts = new Map<number, string>();
  const startMs = clock.now();
  for (const { second, account: number, more } of [...orders].sort((a, b) => a.second - b.second)) {
    const atMs = startMs + second * 1000;
    await played.until(async () => clock.now() >= atMs, DAY_MS, atMs);
    const key = accounts.get(number) ?? (await account({ topUp: '100000' })).key;
    accounts.set(number, key);
    const answer = await ask('POST', '/v1/videos/generations', { key, body: { ...CLIP, path, ...more } });
    if (answer.status !== 202) throw new Error(answer.text);
  }
  const running = { name: '', text: 'SELECT 1 FROM tasks WHERE finished_at IS NULL LIMIT 1' };
  await played.until(async () => (await database.query(running, [])).count === 0, DAY_MS);
}

async function record(scene: Scene) {
  const { ask, operatorKey, clock } = rig();
  const played = await open(scene);
  const learning = scene.learning ?? Array.from({ length: 24 }, () => ({}));
  await live(
    played,
    scene.name,
    learning.map((more, index) => ({ second: index * 20, account: 0, more })),
  );
  // What was told while nothing was known yet is not in the window.
  clock.advance(7_200_000);
  await live(played, scene.name, scene.orders);
  clock.advance(600_000);
  const { body } = await ask('GET', '/v1/promises?window=1h', { key: operatorKey });
  return body;
}

const spread = (
  count: number,
  everySeconds: number,
  of: (index: number) => Partial<Ordering> = () => ({}),
) => {
  const random = drawn(`${count} ${everySeconds}`);
  let second = 0;
  return Array.from({ length: count }, (_, index) => {
    second += -Math.log(1 - random.fraction()) * everySeconds;
    return { second, account: 0, ...of(index) };
  });
};

const SCENES: Scene[] = [
  { name: 'hardly-busy', takes: 6, set: 6, orders: spread(60, 30) },
  {
    name: 'long-queue',
    takes: 4,
    set: 4,
    orders: Array.from({ length: 60 }, (_, index) => ({ second: index / 100, account: 0 })),
  },
  { name: 'refuses', takes: 3, set: 8, orders: spread(60, 25) },
  {
    name: 'mixed',
    takes: 5,
    set: 5,
    learning: Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? {} : { duration: 15 })),
    orders: spread(60, 16, (index) => ({
      account: index % 3,
      ...(index % 2 === 0 ? {} : { more: { duration: 15 } }),
    })),
  },
];

// Of sixty, four of five would be 48 by chance give or take three.
test.each(SCENES)(
  'what orders are told holds about as often as it says: $name',
  async (scene) => {
    const { orders, overall, sentence } = await record(scene);
    const told = `${scene.name}: ${sentence} Starts inside: ${overall.start.share}.`;
    expect(orders, told).toBe(60);
    expect(overall.end.of, told).toBe(60);
    expect(overall.end.share, told).toBeGreaterThan(0.65);
    expect(overall.start.share, told).toBeGreaterThan(0.65);
    if (scene.name === 'refuses') expect(overall.resent, told).toBeGreaterThan(0);
  },
  600_000,
);
