/** For the tests of the checks: bad input in a few lines, violations as one line each. */
import { type Tree, treeOf, type Violation } from './tree.ts';

export function violationsOf(
  check: (tree: Tree) => Violation[],
  texts: Record<string, string | null>,
): string[] {
  return check(treeOf(texts)).map(({ file, line, message }) => `${file}:${line} ${message}`);
}
