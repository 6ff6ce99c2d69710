/**
 * Somebody who has not decided yet types `sluice demo --paths all`: the same clip over every path that there is, each
 * against its emulator, and one table of what differs. In a pipe it is JSON.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startProgram } from '../processes/program.ts';

const VENDORS = ['kling', 'evolink', 'gptimage2', 'fal', 'replicate', 'openrouter', 'kie', 'openai-videos'];

const Price = z.object({ amount: z.string(), currency: z.literal('USD') });
const Compared = z.object({
  succeeded: z.literal(true),
  ledger: z.object({ balanced: z.literal(true) }),
  lines: z.array(
    z.object({
      path: z.string(),
      task: z.object({ status: z.literal('completed'), sandbox: z.literal(true) }),
      price: Price,
      wait_seconds: z.number(),
      render_seconds: z.number(),
      detection_lag_ms: z.number(),
      guarantee: z.object({ level: z.enum(['L1', 'L2', 'L3', 'L4']) }),
      link_seconds: z.number(),
      upstream_cost: Price.extend({ stated: z.object({ unit: z.string() }).nullable() }),
      charge: Price,
    }),
  ),
});

test('one model over every path, and what each took is what its customer paid', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'sluice-compare-'));
  try {
    const args = ['demo', '--paths', 'all', '--json'];
    const demo = startProgram('packages/cli/src/main.ts', { args, cwd });
    expect(await demo.exited, demo.errors()).toEqual({ code: 0, signal: null });
    const { lines } = Compared.parse(JSON.parse(demo.lines.join('\n')));
    expect(lines.map(({ path }) => path)).toEqual(VENDORS.map((name) => `${name}-sandbox`));
    for (const { path, price, charge, upstream_cost: cost } of lines) {
      expect({ path, charge, cost: cost.amount }).toEqual({ path, charge: price, cost: price.amount });
    }
    const clips = (await readdir(join(cwd, 'demo-output'))).sort();
    expect(clips).toEqual(lines.map(({ path }) => `${path}.mp4`).sort());
    // The shortest life is what the copies are planned by: one hour at Replicate.
    const shortest = lines.toSorted((one, other) => one.link_seconds - other.link_seconds)[0];
    expect(shortest?.path).toBe('replicate-sandbox');
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}, 240_000);
