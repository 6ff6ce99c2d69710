/**
 * Finds the price line of an order: every dimension that it lists must match, and the most specific line
 * wins; the first of equals, which shipped sheets do not have.
 */
import type { Order, PriceEntry, PriceSheet } from '@sluice/contract';

const VIDEO_ROLES = ['reference_video', 'base_video', 'motion_video'];

export type FoundEntry = { entry: PriceEntry; index: number };

export function findEntry(order: Order, sheet: PriceSheet): FoundEntry | null {
  let best: FoundEntry | null = null;
  for (const [index, entry] of sheet.entries.entries()) {
    if (!matches(entry, order)) continue;
    if (best === null || specificity(entry) > specificity(best.entry)) best = { entry, index };
  }
  return best;
}

function matches(entry: PriceEntry, order: Order): boolean {
  if (entry.model !== order.model) return false;
  if (entry.modes !== undefined && !entry.modes.includes(order.mode)) return false;
  if (entry.resolution !== undefined && entry.resolution !== order.resolution) return false;
  if (entry.sound !== undefined && !entry.sound.includes(order.sound)) return false;
  return entry.video_input === undefined || entry.video_input === hasVideoInput(order);
}

export function hasVideoInput(order: Order): boolean {
  return order.inputs.some((input) => VIDEO_ROLES.includes(input.role));
}

/** How many dimensions a line pins down. */
function specificity(entry: PriceEntry): number {
  const dimensions = [entry.modes, entry.resolution, entry.sound, entry.video_input];
  return dimensions.filter((dimension) => dimension !== undefined).length;
}

/** Two lines of equal rank that one order can match: its price would depend on their order in the file. */
export function ambiguousEntries(sheet: PriceSheet): [number, number] | null {
  for (const [first, a] of sheet.entries.entries()) {
    for (const [second, b] of sheet.entries.entries()) {
      if (second <= first || a.model !== b.model || specificity(a) !== specificity(b)) continue;
      const apart =
        disjoint(a.modes, b.modes) ||
        disjoint(a.sound, b.sound) ||
        differs(a.resolution, b.resolution) ||
        differs(a.video_input, b.video_input);
      if (!apart) return [first, second];
    }
  }
  return null;
}

function disjoint(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && b !== undefined && !a.some((value) => b.includes(value));
}

function differs<Value>(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
