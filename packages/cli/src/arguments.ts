/** Readers of command-line values. What they throw is printed by Commander together with the option's name. */
import { type Command, InvalidArgumentError } from 'commander';

export function integer(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** A limit that can be taken away. (Commander turns a null into an empty text, so the word stays.) */
export function integerOrNone(text: string): number | 'none' {
  return text === 'none' ? 'none' : integer(text);
}

/** Amounts stay text all the way: a float would change them. */
export function decimal(text: string): string {
  if (!/^-?\d{1,13}(\.\d{1,6})?$/.test(text)) {
    throw new InvalidArgumentError('It must be an amount such as 12 or 0.375.');
  }
  return text;
}

export function oneOf<T extends string>(...allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of: ${allowed.join(', ')}.`);
    return found;
  };
}

export type OnceFlags = { idempotencyKey?: string };

/** For commands that make something: repeated under the same key within a day, they make it once. */
export function addOnceFlag(command: Command): Command {
  return command.option(
    '--idempotency-key <key>',
    'your own id: repeated with it, the same thing is made once',
  );
}

/** For options that may be repeated. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `a,b,c`, trimmed, without empty parts. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export type Pairs = Record<string, string>;

/** `--metadata order=17 --metadata user=anna` */
export function pair(text: string, before: Pairs | undefined): Pairs {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must look like name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** `kling-v3=5`, `*=20`; `none` takes the limit away. */
export function limitPair(
  text: string,
  before: Record<string, number | null> | undefined,
): Record<string, number | null> {
  const at = text.lastIndexOf('=');
  const value = text.slice(at + 1);
  if (at < 1 || !/^([1-9]\d{0,8}|none)$/.test(value)) {
    throw new InvalidArgumentError('It must look like family=5, or family=none.');
  }
  return { ...before, [text.slice(0, at)]: value === 'none' ? null : Number(value) };
}

const SPAN_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant (`2026-10-01T12:00:00Z`), or a span away from now: `90s`, `30m`, `2h`, `7d`. */
export function instant(nowMs: () => number, spans: 'ahead' | 'back' = 'ahead'): (text: string) => string {
  return (text) => {
    const [, digits = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    const unitMs = SPAN_MS[unit];
    if (unitMs !== undefined) {
      const spanMs = Number(digits) * unitMs;
      return new Date(nowMs() + (spans === 'ahead' ? spanMs : -spanMs)).toISOString();
    }
    const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(atMs)) {
      throw new InvalidArgumentError(
        'It must be a time such as 2026-10-01T12:00:00Z, or a span such as 30m.',
      );
    }
    return new Date(atMs).toISOString();
  };
}
