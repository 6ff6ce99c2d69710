/** Paths of somebody's machine: they work for one person, and tell the others where that person lives. */
import type { Tree, Violation } from './tree.ts';

const HOMES = /(?<![\w.:/~}-])\/(?:work|root|home\/[a-z][\w-]*|Users\/\w+|tmp\/[\w.$-]+)(?=[/\s'"`),;:\]]|$)/;

/** A container image has its own file system, and its paths are the same on each machine. */
const OWN_FILE_SYSTEM = /^deploy\//;

export function checkMachine(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (OWN_FILE_SYSTEM.test(file.path)) continue;
    for (const [index, line] of file.lines.entries()) {
      const path = HOMES.exec(line)?.[0];
      if (!path) continue;
      found.push({
        check: 'machine',
        file: file.path,
        line: index + 1,
        message: `a path of one machine: ${path}`,
        fix: 'make it relative to the project, use mkdtemp(join(tmpdir(), …)), or say it in words',
      });
    }
  }
  return found;
}
