/** The front door: what lies at the root is listed here, so nothing is left there by accident. */
import type { Tree, Violation } from './tree.ts';

const FILES = new Set([
  '.dockerignore',
  '.editorconfig',
  '.gitattributes',
  '.gitignore',
  '.node-version',
  '.npmrc',
  '.nvmrc',
  'AGENTS.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'NOTICE',
  'README.md',
  'SECURITY.md',
  'STYLE.md',
  'biome.json',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]);

const FOLDERS = new Set([
  '.ci',
  '.github',
  'bench',
  'deploy',
  'docs',
  'e2e',
  'examples',
  'packages',
  'simulation',
  'tools',
]);

export function checkRoot(tree: Tree): Violation[] {
  return [...tree.paths]
    .filter((path) => !path.includes('/') && !FILES.has(path) && !FOLDERS.has(path))
    .sort()
    .map((path) => ({
      check: 'root',
      file: path,
      line: 1,
      message: 'a stray file at the root',
      fix: 'move it into the room it belongs to, ignore it in .gitignore, or add it to tools/tidy/root.ts',
    }));
}
