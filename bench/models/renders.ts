/** How long renders take in the models: three kinds of orders, each spread around its median like waiting times are. */
import type { Random } from '@sluice/server/effects/random/random.ts';

export type Kind = { shape: string; medianMs: number };

/** What the catalogue expects of 5 s by an older model, 5 s and 10 s by a newer one. */
export const KINDS: readonly Kind[] = [
  { shape: 'older/5', medianMs: 50_000 },
  { shape: 'newer/5', medianMs: 131_000 },
  { shape: 'newer/10', medianMs: 251_000 },
];

/** `sigma` is the spread of the logarithm: with 0.25 nine of ten lie between 0.66 and 1.51 medians. */
export function renderMs(kind: Kind, sigma: number, random: Random): number {
  return kind.medianMs * Math.exp(sigma * normal(random));
}

/** Box and Muller. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()));
  return radius * Math.cos(2 * Math.PI * random.fraction());
}
