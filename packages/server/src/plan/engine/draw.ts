/**
 * Random numbers by name instead of in order: the third render of task 17 takes as long in each variant of a plan, so
 * that two variants differ by what was changed and not by luck.
 */

/** What a number is drawn for. */
export const STREAM = {
  arrival: 1,
  clip: 2,
  account: 3,
  burst: 4,
  render: 5,
  failure: 6,
  callback: 7,
  retry: 8,
  route: 9,
  copy: 10,
} as const;

export type Stream = (typeof STREAM)[keyof typeof STREAM];

/** In [0, 1). The same for the same names. */
export function fractionOf(seed: number, stream: Stream, number: number): number {
  const named = mixed(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca77));
  return mixed(mixed(named ^ Math.imul(number + 1, 0xc2b2ae3d)) + named) / 2 ** 32;
}

/** The last step of Murmur3: each bit of the input reaches each bit of the result. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
