/** What happened, step by step: a running hash of all of it, and the last lines to print beside a failure. */
import { createHash } from 'node:crypto';

export type Trace = {
  step(line: string): void;
  steps(): number;
  hash(): string;
  last(): readonly string[];
};

const KEPT = 40;

export function createTrace(print: ((line: string) => void) | null): Trace {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let steps = 0;
  return {
    step: (line) => {
      steps += 1;
      hash.update(`${line}\n`);
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      print?.(line);
    },
    steps: () => steps,
    hash: () => hash.copy().digest('hex').slice(0, 16),
    last: () => lines,
  };
}

/** A short mark of whatever an effect answered, so that two runs that differ anywhere differ here. */
export function markOf(value: unknown): string {
  const text =
    JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === 'bigint') return part.toString();
      if (part instanceof Map) return [...part];
      return typeof part === 'function' ? undefined : part;
    }) ?? '';
  return createHash('md5').update(text).digest('hex').slice(0, 8);
}
