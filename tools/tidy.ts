/**
 * Style as a test. Prints each violation with its place and its fix, and exits 1 when there is one.
 *
 *   node --import tsx tools/tidy.ts             the checks (part of `npm run check`)
 *   node --import tsx tools/tidy.ts --tree      rooms, sizes, biggest functions
 *   node --import tsx tools/tidy.ts <path> …    only violations in these files or folders
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkAdapters } from './tidy/adapters.ts';
import { checkArrows } from './tidy/arrows.ts';
import { checkBanned } from './tidy/banned.ts';
import { checkCatalogues } from './tidy/catalogues.ts';
import { checkDead } from './tidy/dead.ts';
import { checkDeclared } from './tidy/declared.ts';
import { checkDocuments } from './tidy/documents.ts';
import { checkHeaders } from './tidy/headers.ts';
import { checkMachine } from './tidy/machine.ts';
import { checkMarkers } from './tidy/markers.ts';
import { checkNames } from './tidy/names.ts';
import { overview } from './tidy/overview.ts';
import { checkParse } from './tidy/parse.ts';
import { checkRoot } from './tidy/root.ts';
import { checkSizes } from './tidy/sizes.ts';
import { checkSql } from './tidy/sql.ts';
import { readTree, type Tree, type Violation } from './tidy/tree.ts';

export type { Violation } from './tidy/tree.ts';

export const CHECKS: ((tree: Tree) => Violation[])[] = [
  checkRoot,
  checkNames,
  checkArrows,
  checkDeclared,
  checkDead,
  checkBanned,
  checkSql,
  checkParse,
  checkSizes,
  checkHeaders,
  checkAdapters,
  checkCatalogues,
  checkMarkers,
  checkMachine,
  checkDocuments,
];

export function runTidy(root: string): Violation[] {
  return tidyTree(readTree(root));
}

export function tidyTree(tree: Tree): Violation[] {
  return CHECKS.flatMap((check) => check(tree)).sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.check.localeCompare(b.check),
  );
}

export function printed({ file, line, check, message, fix }: Violation): string {
  return `${file}:${line}  [${check}] ${message}\n    fix: ${fix}`;
}

function main(args: string[]): number {
  const root = resolve(import.meta.dirname, '..');
  if (args.includes('--tree')) {
    process.stdout.write(overview(readTree(root)));
    return 0;
  }
  const violations = runTidy(root).filter(
    ({ file }) => args.length === 0 || args.some((arg) => isIn(file, arg)),
  );
  for (const violation of violations) process.stdout.write(`${printed(violation)}\n`);
  const sum = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  process.stdout.write(violations.length === 0 ? 'tidy\n' : `${sum}\n`);
  return violations.length === 0 ? 0 : 1;
}

function isIn(file: string, arg: string): boolean {
  const path = arg.replace(/^\.\//, '').replace(/\/$/, '');
  return file === path || file.startsWith(`${path}/`);
}

const started = process.argv[1];
if (started && import.meta.url === pathToFileURL(started).href)
  process.exitCode = main(process.argv.slice(2));
