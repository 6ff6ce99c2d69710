/** Names of files and folders: a drawer for everything is where the second copy of a thing is written. */
import type { Tree, Violation } from './tree.ts';

const DRAWERS = new Set([
  'util',
  'utils',
  'utility',
  'utilities',
  'common',
  'shared',
  'helper',
  'helpers',
  'manager',
  'managers',
  'service',
  'services',
  'misc',
]);

/** deploy/ speaks the words of the systems it deploys to (a systemd unit is called service). */
const NOT_OURS = /^deploy\/|(^|\/)fixtures\//;

export function checkNames(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const path of [...tree.paths].sort()) {
    if (NOT_OURS.test(path)) continue;
    const word = wordsOf(path.slice(path.lastIndexOf('/') + 1)).find((each) => DRAWERS.has(each));
    if (!word) continue;
    found.push({
      check: 'names',
      file: path,
      line: 1,
      message: `"${word}" says nothing about what is inside`,
      fix: 'name it after the noun or verb it holds (task, hold, slot …), or put it beside its caller',
    });
  }
  return found;
}

/** `taskHelpers.test.ts` to `task helpers test ts`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}
