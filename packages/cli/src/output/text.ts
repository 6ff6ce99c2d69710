/** Words for values: amounts, spans of time, sizes, ages. And the guard against hostile text. */
import { stripVTControlCharacters } from 'node:util';

export const NOTHING = '–';

/**
 * Text of others, made harmless for a terminal: prompts and vendor messages may carry escape sequences that
 * move the cursor, retitle the window or hide what follows.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}|\p{Bidi_Control}/gu, (character) =>
    character === '\n' || character === '\t' ? character : '',
  );
}

/** On one line, at most so many characters. */
export function brief(text: string, length = 60): string {
  const flat = clean(text).replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length <= length ? flat : `${characters.slice(0, length - 1).join('')}…`;
}

export function amount(value: { amount: string; currency: string } | null): string {
  return value === null ? NOTHING : `${value.amount} ${value.currency}`;
}

/** 45 → `45s`, 125 → `2m 05s`, 7500 → `2h 05m`, 200000 → `2d 07h`. */
export function span(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${twoDigits(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${twoDigits(Math.floor((whole % 3_600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${twoDigits(Math.floor((whole % 86_400) / 3_600))}h`;
}

/** Seconds between two instants; null when one is missing. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** `3m 10s ago`, `in 5s`. */
export function relative(instant: string | null, nowMs: number): string {
  if (instant === null) return NOTHING;
  const seconds = (Date.parse(instant) - nowMs) / 1000;
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

/** `2026-10-01 12:00:00` in UTC. */
export function moment(instant: string | null): string {
  return instant === null ? NOTHING : instant.slice(0, 19).replace('T', ' ');
}

export function size(bytes: number | null): string {
  if (bytes === null) return NOTHING;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

export function ordinal(position: number): string {
  const last = position % 10;
  const teen = Math.floor((position % 100) / 10) === 1;
  const suffix = teen ? 'th' : last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th';
  return `${position}${suffix}`;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
