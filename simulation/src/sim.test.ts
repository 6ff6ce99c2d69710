/** The simulator as a test: two hundred worlds, the same world twice, and bugs that it must find. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Crew, gatherCrew } from './crew.ts';
import { plants } from './plants/plants.ts';
import { possibleMoves, reachOf } from './report.ts';
import { seedsFrom } from './seeds.ts';
import { describeFailure } from './verdict.ts';

const WORKERS = 2;
const SEEDS = 200;
const PLANT_SEEDS = 200;
const MINUTES = 60_000;
const anySize = { nodes: null, intents: null };

/** Those that a few seeds find. All of them: `npm run sim -- --plants`. */
const quickPlants = [
  'settle-apart',
  'hold-kept',
  'key-after-task',
  'unknown-frees-slot',
  'retry-on-500',
  'requeue-on-hope',
  'callback-believed',
  'no-read-back',
];

let crew: Crew;

beforeAll(async () => {
  crew = await gatherCrew(WORKERS);
}, MINUTES);

afterAll(async () => {
  await crew.close();
}, MINUTES);

test(
  `${SEEDS} worlds keep every promise, and nearly every move of the tables is made in them`,
  async () => {
    const seeds = seedsFrom(1, SEEDS);
    const report = await crew.run({ seeds, size: anySize, plant: null, stopAtFailure: false });
    const failed = report.verdicts.filter(({ ok }) => !ok);
    const told = failed.map((verdict) => describeFailure(verdict, `npm run sim -- --seed ${verdict.seed}`));
    expect(told.join('\n\n')).toBe('');
    const { hit, of } = reachOf(possibleMoves, report.coverage);
    expect(hit / of).toBeGreaterThanOrEqual(0.9);
  },
  15 * MINUTES,
);

test(
  'a seed is the same world in whatever process it runs and whatever ran there before',
  async () => {
    const run = async (seeds: readonly number[]) => {
      const report = await crew.run({ seeds, size: anySize, plant: null, stopAtFailure: false });
      return new Map(report.verdicts.map(({ seed, hash }) => [seed, hash]));
    };
    const first = await run([17, 3, 42, 29]);
    const second = await run([29, 42, 3, 17]);
    expect(first.size).toBe(4);
    expect(second).toEqual(first);
    expect(new Set(first.values()).size).toBe(4);
  },
  3 * MINUTES,
);

describe('a planted bug is found', () => {
  test.each(plants.filter(({ name }) => quickPlants.includes(name)))(
    '$name: $mistake',
    async ({ name }) => {
      const seeds = Array.from({ length: PLANT_SEEDS }, (_, index) => index + 1);
      const { verdicts } = await crew.run({ seeds, size: anySize, plant: name, stopAtFailure: true });
      expect(verdicts.some(({ ok }) => !ok)).toBe(true);
    },
    3 * MINUTES,
  );
});
