/** The simulator as a test: two hundred worlds, some with several vendors, the same world twice, and bugs to find. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCounts } from './coverage.ts';
import { type Crew, gatherCrew } from './crew.ts';
import { plants } from './plants/plants.ts';
import { reachOf, tableMoves } from './report.ts';
import { seedsFrom, tellRange } from './seeds.ts';
import { describeFailure, type Verdict } from './verdict.ts';
import type { Size } from './world/climate.ts';

const WORKERS = 2;
/** Worlds with Kling alone, and worlds with one to five paths of several vendors. */
const SEEDS = { alone: 120, several: 80 };
const PLANT_SEEDS = 200;
const MINUTES = 60_000;
const alone = { nodes: null, intents: null, paths: null };
const several = { nodes: null, intents: null, paths: { least: 1, most: 5 } };

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
  'risk-taken',
  'callback-unheard',
  'pin-ignored',
];

let crew: Crew;

beforeAll(async () => {
  crew = await gatherCrew(WORKERS);
}, MINUTES);

afterAll(async () => {
  await crew.close();
}, MINUTES);

test(
  `${SEEDS.alone + SEEDS.several} worlds keep every promise, and nearly every move of the tables is made in them`,
  async () => {
    const made = new Map<string, number>();
    const told: string[] = [];
    const onVerdict = (size: Size) => (verdict: Verdict) => {
      if (verdict.ok) return;
      told.push(describeFailure(verdict, `npm run sim -- --seed ${verdict.seed}${tellRange(size.paths)}`));
    };
    for (const [size, count] of [
      [alone, SEEDS.alone],
      [several, SEEDS.several],
    ] as const) {
      const seeds = seedsFrom(1, count, size.paths);
      const onEach = onVerdict(size);
      const { coverage } = await crew.run({
        seeds,
        size,
        plant: null,
        stopAtFailure: false,
        onVerdict: onEach,
      });
      addCounts(made, coverage);
    }
    expect(told.join('\n\n')).toBe('');
    const { hit, of } = reachOf(tableMoves, made);
    expect(hit / of).toBeGreaterThanOrEqual(0.9);
    // A failed render that was begun again elsewhere, and a callback from what had been given up.
    expect([...made.keys()].some((point) => point.startsWith('begun again'))).toBe(true);
    expect(made.has('attempt abandoned → unknown')).toBe(true);
    // A request that left late, after the attempt had been given up.
    expect(made.get('attempt abandoned → accepted') ?? 0).toBeGreaterThan(1);
  },
  15 * MINUTES,
);

test(
  'a seed is the same world in whatever process, after whatever ran there, and however PostgreSQL plans',
  async () => {
    const other = await gatherCrew(1, 'custom');
    const run = async (by: Crew, seeds: readonly number[]) => {
      const report = await by.run({ seeds, size: several, plant: null, stopAtFailure: false });
      return new Map(report.verdicts.map(({ seed, hash }) => [seed, hash]));
    };
    const seeds = [17, 3, 42, 29, 8, 59];
    const first = await run(crew, seeds);
    const second = await run(other, seeds.toReversed()).finally(other.close);
    expect(first.size).toBe(seeds.length);
    expect(second).toEqual(first);
    expect(new Set(first.values()).size).toBe(seeds.length);
  },
  3 * MINUTES,
);

describe('a planted bug is found', () => {
  test.each(plants.filter(({ name }) => quickPlants.includes(name)))(
    '$name: $mistake',
    async ({ name, paths = null }) => {
      const seeds = Array.from({ length: PLANT_SEEDS }, (_, index) => index + 1);
      const { verdicts } = await crew.run({
        seeds,
        size: { ...alone, paths },
        plant: name,
        stopAtFailure: true,
      });
      expect(verdicts.some(({ ok }) => !ok)).toBe(true);
    },
    3 * MINUTES,
  );
});
