/**
 * Models as people look for them: the newest generation that can be had, then those that go by another name than a
 * generation, then older ones; what no path leads to comes last. Read from the names, so a new model needs no list.
 */
import type { Model } from '@sluice/sdk';

type Named = Pick<Model, 'id' | 'name' | 'paths'>;

export function inOrder<M extends Named>(models: readonly M[]): M[] {
  const newest = Math.max(0, ...models.filter(isHad).map((model) => generationOf(model) ?? 0));
  return models.toSorted((a, b) => compare(keyOf(a, newest), keyOf(b, newest)));
}

function isHad({ paths }: Named): boolean {
  return paths.length > 0;
}

/** 3.0 of "Kling 3.0 Turbo". */
function generationOf({ name }: Named): number | null {
  const [number] = /\d+\.\d+/.exec(name) ?? [];
  return number === undefined ? null : Number(number);
}

/** The smaller the earlier, from the left; of equals, the plain model before its variants. */
function keyOf(model: Named, newest: number): (number | string)[] {
  const { name } = model;
  const generation = generationOf(model);
  const place = generation === null ? 1 : generation >= newest ? 0 : 2;
  // O3 before O1, and both before those without a number.
  const [, line] = /\b[A-Z](\d+)\b/.exec(name) ?? [];
  return [isHad(model) ? 0 : 1, place, -(generation ?? Number(line ?? 0)), name.split(' ').length, name];
}

function compare(a: (number | string)[], b: (number | string)[]): number {
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
