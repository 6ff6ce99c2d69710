/** Instants as ages with the exact time on hover, and lengths of time. */
import { useNow } from './clock.ts';
import { LOCALE } from './locale.ts';

const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const clockTime = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto', style: 'short' });

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function exactTime(at: string): string {
  return exact.format(new Date(at));
}

export function clockText(at: string): string {
  return clockTime.format(new Date(at));
}

export function dayText(at: string): string {
  return day.format(new Date(at));
}

export function agoText(at: string, nowMs: number): string {
  const seconds = (Date.parse(at) - nowMs) / 1_000;
  if (Math.abs(seconds) < 45)
    return seconds > 5 ? relative.format(Math.round(seconds), 'second') : 'just now';
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(Math.trunc(seconds / 60) || -1, 'minute');
}

export function Ago({ at, className }: { at: string; className?: string }) {
  const nowMs = useNow();
  return (
    <time dateTime={at} title={exactTime(at)} className={className}>
      {agoText(at, nowMs)}
    </time>
  );
}

/** 4 s, 2 min 05 s, 1 h 12 min. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')} min`;
}

export function secondsBetween(from: string | null, to: string | null, nowMs: number): number | null {
  if (from === null) return null;
  return ((to === null ? nowMs : Date.parse(to)) - Date.parse(from)) / 1_000;
}

/** How long something has been going on, still counting. */
export function Since({ at, className }: { at: string; className?: string }) {
  const nowMs = useNow();
  return (
    <span className={className} title={exactTime(at)}>
      {spanText((nowMs - Date.parse(at)) / 1_000)}
    </span>
  );
}
