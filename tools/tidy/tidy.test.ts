import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { printed, runTidy, tidyTree } from '../tidy.ts';
import { overview } from './overview.ts';
import { treeOf } from './tree.ts';

test('a folder is read, ignored files are not, and the violations are printed with their fix', () => {
  const root = mkdtempSync(join(tmpdir(), 'tidy-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'packages/sdk/src'), { recursive: true });
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, '.gitignore'), 'dist/\n*.log\n');
  writeFileSync(join(root, 'dist/utils.ts'), '');
  writeFileSync(join(root, 'run.log'), '');
  writeFileSync(join(root, 'packages/sdk/src/wait.ts'), "/** Waits. */\nimport '@sluice/nothing';\n");
  writeFileSync(join(root, 'packages/sdk/package.json'), '{ "name": "@sluice/sdk" }');
  writeFileSync(join(root, 'notes.md'), '# Notes\n');
  expect(runTidy(root).map(printed)).toEqual([
    'notes.md:1  [root] a stray file at the root\n' +
      '    fix: move it into the room it belongs to, ignore it in .gitignore, ' +
      'or add it to tools/tidy/root.ts',
    'packages/sdk/src/wait.ts:2  [declared] ' +
      '@sluice/nothing is not a dependency in packages/sdk/package.json\n' +
      '    fix: add it there (dependencies), or do without it',
  ]);
});

test('an empty tree is tidy: every check stands a project that is not there yet', () => {
  expect(tidyTree(treeOf({}))).toEqual([]);
});

test('the overview counts rooms and names the longest', () => {
  const tree = treeOf({
    'packages/server/src/decide/retry.ts': '/** Why. */\nexport function retry() {\n  return 1;\n}\n',
    'packages/server/src/decide/retry.test.ts': '\n\n',
    'packages/server/src/providers/kling/wire.ts': '\n',
  });
  const lines = overview(tree).split('\n');
  expect(lines).toContain('decide                           1       4       1       2');
  expect(lines).toContain('provider kling                   1       1       0       0');
  expect(lines).toContain('     3  packages/server/src/decide/retry.ts:2 retry');
});
