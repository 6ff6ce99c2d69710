/** Seeds that once failed. They run before all others, for ever. */
import { readFileSync } from 'node:fs';

export const seedsFile = new URL('../seeds.txt', import.meta.url);

export function knownSeeds(): number[] {
  return readFileSync(seedsFile, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map(Number);
}

/** The known ones first, then `count` from `from` on, each once. */
export function seedsFrom(from: number, count: number): number[] {
  return [...new Set([...knownSeeds(), ...Array.from({ length: count }, (_, index) => from + index)])];
}
