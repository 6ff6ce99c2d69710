/** Repeats and medians. On a machine that others use too, single readings say little and averages lie. */

export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/**
 * Runs all contenders once, then all again, and so on, so that a slow minute of the machine hits each of them alike.
 * Answers each one's readings in order.
 */
export async function interleave<Name extends string, Reading>(
  repeats: number,
  contenders: Record<Name, () => Promise<Reading>>,
  onStep: (done: number, all: number) => void = () => {},
): Promise<Record<Name, Reading[]>> {
  const names = Object.keys(contenders) as Name[];
  const readings = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Reading[]>;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const [index, name] of names.entries()) {
      readings[name].push(await contenders[name]());
      onStep(repeat * names.length + index + 1, repeats * names.length);
    }
  }
  return readings;
}
