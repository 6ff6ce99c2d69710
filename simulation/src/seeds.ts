/** Seeds that once failed, each in the kind of world in which it did. They run before all others. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Size } from './world/climate.ts';

export const seedsFile = new URL('../seeds.txt', import.meta.url);

const Line = z
  .string()
  .regex(/^\d+( paths [1-7](-[1-7])?)?$/, 'a seed, or a seed with its paths: 12 paths 1-5')
  .transform((line) => {
    const [seed = '', paths] = line.split(' paths ');
    return { seed: Number(seed), paths: rangeOf(paths) };
  });

/** `5`, or `1-5`; nothing: one vendor only. */
export function rangeOf(text: string | undefined): Size['paths'] {
  if (text === undefined) return null;
  const [, least = '', most = least] = /^([1-7])(?:-([1-7]))?$/.exec(text) ?? [];
  if (least === '' || Number(most) < Number(least)) throw new Error('paths: 1 to 7, or a range such as 1-5');
  return { least: Number(least), most: Number(most) };
}

export function tellRange(paths: Size['paths']): string {
  if (paths === null) return '';
  const { least, most } = paths;
  return least === most ? ` --paths ${least}` : ` --paths ${least}-${most}`;
}

function knownSeeds(): z.infer<typeof Line>[] {
  return readFileSync(seedsFile, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => Line.parse(line));
}

/** The known ones of this kind of world first, then `count` from `from` on, each once. */
export function seedsFrom(from: number, count: number, paths: Size['paths']): number[] {
  const alike = knownSeeds().filter((known) => tellRange(known.paths) === tellRange(paths));
  const drawn = Array.from({ length: count }, (_, index) => from + index);
  return [...new Set([...alike.map(({ seed }) => seed), ...drawn])];
}
