/**
 * Multi-shot text of the 3.0 family: `shot n, m, words;` repeated, whose seconds add up to the ordered
 * length.
 */
import { refuse } from './read.ts';

const shotPattern = /shot\s+(\d+)\s*,\s*([^,;]*?)\s*,\s*([^;]*)(?:;|$)/gi;

/** Text that does not begin like a shot is an ordinary prompt and has nothing to add up. */
export function checkShots(prompt: string, seconds: number, path: string): void {
  if (!/^\s*shot\s+\d+\s*,/i.test(prompt)) return;
  const shots = [...prompt.matchAll(shotPattern)];
  if (shots.length === 0) refuse(`${path}: multi-shot text must have the form 'shot n, m, words;'`);
  let total = 0;
  for (const [, number = '', length = '', words = ''] of shots) {
    const place = Number(number);
    if (place < 1 || place > 6) refuse(`${path}: shot number must be between 1 and 6`);
    if (!/^\d+$/.test(length) || Number(length) < 1)
      refuse(`${path}: shot duration must be a whole number of seconds, at least 1`);
    if (words.length > 512) refuse(`${path}: shot text size must be between 0 and 512`);
    total += Number(length);
  }
  if (total !== seconds) refuse(`${path}: the shot durations must add up to the duration`);
}
