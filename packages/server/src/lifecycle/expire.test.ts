import { expect, test } from 'vitest';
import { useRig } from '../http/testing/rig.ts';
import type { Context } from './context.ts';
import { retainFiles } from './expire.ts';

const rig = useRig();
const HOUR_MS = 3_600_000;

/** A process whose store says what it is asked to drop. */
function withStore(dropLeftovers: Context['blobs']['dropLeftovers']): Context {
  const { context } = rig();
  return { ...context, blobs: { ...context.blobs, dropLeftovers } };
}

test('leftovers of killed processes are dropped at the start and every hour, when they are a day old', async () => {
  const asked: number[] = [];
  const context = withStore(async (sinceMs) => {
    asked.push(context.clock.now() - sinceMs);
    return 1;
  });
  await retainFiles(context);
  await retainFiles(context);
  expect(asked).toEqual([24 * HOUR_MS]);
  rig().clock.advance(HOUR_MS);
  await retainFiles(context);
  expect(asked).toHaveLength(2);
});

test('a store that cannot be tidied does not hold up retention', async () => {
  const context = withStore(() => Promise.reject(new Error('no listing allowed')));
  expect(await retainFiles(context)).toBe(0);
  expect(rig().logs).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'leftovers could not be removed' }),
  );
});
