/** Values of facts as a person reads them, and when two of them say the same. */
import { type FactDefinition, type FactScope, type FactValue, microsFromDecimal } from '@sluice/contract';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function valueText(definition: FactDefinition, value: FactValue, unit: string | null): string {
  if (value === null) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && unit === 's') return durationText(value);
  const counted = definition.kind === 'number' || definition.kind === 'amount';
  return counted && unit !== null ? `${value} ${unit}` : String(value);
}

/** Whole units only where they say it exactly: 24 h, 7 days, 90 min, 100 s. */
export function durationText(seconds: number): string {
  if (seconds >= 2 * DAY && seconds % DAY === 0) return `${seconds / DAY} days`;
  if (seconds >= HOUR && seconds % HOUR === 0) return `${seconds / HOUR} h`;
  if (seconds >= 2 * MINUTE && seconds % MINUTE === 0) return `${seconds / MINUTE} min`;
  if (seconds >= 2 * DAY) return `${(seconds / DAY).toFixed(1)} days`;
  if (seconds >= 2 * HOUR) return `${(seconds / HOUR).toFixed(1)} h`;
  return seconds >= 10 * MINUTE ? `${Math.round(seconds / MINUTE)} min` : `${Math.round(seconds)} s`;
}

/** A measured duration is never exact to the second, so a fiftieth apart is the same. */
export function sameValue(
  definition: FactDefinition,
  a: FactValue,
  b: FactValue,
  unit: string | null,
): boolean {
  if (typeof a === 'number' && typeof b === 'number' && unit === 's') {
    return Math.abs(a - b) <= Math.max(a, b) / 50;
  }
  if (definition.kind === 'amount') return amountOf(a) === amountOf(b);
  return a === b;
}

export function amountOf(value: FactValue): bigint | null {
  if (typeof value !== 'string') return null;
  try {
    return microsFromDecimal(value);
  } catch {
    return null;
  }
}

/** Whether a value is one that this fact can have; the answer is what it must be, or null when it fits. */
export function unfitValue(definition: FactDefinition, value: FactValue): string | null {
  if (value === null) return null;
  switch (definition.kind) {
    case 'yes_no':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'number':
      return typeof value === 'number' ? null : 'a number';
    case 'amount':
      return amountOf(value) !== null ? null : 'a decimal amount as a string';
    case 'words':
      return typeof value === 'string' ? null : 'words';
  }
}

const DIMENSIONS = ['account', 'plan', 'region', 'model'] as const;

export function scopeText(scope: FactScope): string {
  return DIMENSIONS.flatMap((dimension) => scope[dimension] ?? []).join(', ');
}

/** Two statements can contradict each other unless they speak of different plans, regions, models or accounts. */
export function scopesMeet(a: FactScope, b: FactScope): boolean {
  return DIMENSIONS.every((each) => a[each] === undefined || b[each] === undefined || a[each] === b[each]);
}

/** One text for each scope, whatever the order of its words. */
export function scopeKey(scope: FactScope): string {
  return JSON.stringify(DIMENSIONS.map((dimension) => scope[dimension] ?? null));
}
