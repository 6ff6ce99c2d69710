/** Files that nobody imports. A test of its own does not keep a module alive; a user does. */
import { importsOf, workspacesOf } from './imports.ts';
import type { Tree, TreeFile, Violation } from './tree.ts';

const WATCHED = /^packages\/[^/]+\/src\/.*\.tsx?$/;

/** Where execution starts, or what is read from outside. Everything else must be reached from here. */
const ENTRIES: { files: RegExp; why: string }[] = [
  { files: /^packages\/[^/]+\/src\/index\.ts$/, why: 'the public face of a package' },
  { files: /^packages\/[^/]+\/src\/main\.tsx?$/, why: 'started by a script or by the bundler' },
  { files: /^packages\/contract\/src\/openapi\.ts$/, why: 'builds the golden document' },
  { files: /^packages\/server\/src\/providers\/_template\//, why: 'copied, not imported' },
  { files: /^packages\/[^/]+\/[^/]+\.config\.ts$/, why: 'read by a tool' },
  { files: /^packages\/server\/src\/.*-thread\.ts$/, why: 'a thread, started by the .mjs of its name' },
  { files: /\/testing\/global-setup\.ts$/, why: 'started by the test runner' },
  { files: /^(simulation|e2e|bench|tools|examples)\//, why: 'started by a script' },
];

export function checkDead(tree: Tree): Violation[] {
  const workspaces = workspacesOf(tree);
  const targetsOf = (file: TreeFile): string[] =>
    importsOf(file, tree, workspaces).flatMap(({ target }) => (target.kind === 'ours' ? [target.path] : []));

  const wired = wiredPackages(tree);
  const alive = new Set<string>();
  const exported = exportedFiles(tree);
  const isEntry = ({ path }: TreeFile): boolean =>
    exported.has(path) || ENTRIES.some(({ files }) => files.test(path));
  const queue = tree.files.filter((file) => file.isCode && !file.isTest && isEntry(file));
  for (const test of tree.files.filter((f) => f.isTest)) {
    // What only tests use (a test kit) is alive, except for the module that the test is about.
    const subject = test.path.replace(/\.test(\.tsx?)$/, '$1');
    for (const path of targetsOf(test)) {
      const file = path === subject && !isTestKit(path) ? undefined : tree.file(path);
      if (file && isTestKit(path)) queue.push(file);
    }
  }
  for (let file = queue.pop(); file; file = queue.pop()) {
    if (alive.has(file.path)) continue;
    alive.add(file.path);
    if (!file.isCode) continue;
    for (const path of targetsOf(file)) {
      const next = tree.file(path);
      if (next && !alive.has(path)) queue.push(next);
    }
  }
  return tree.files
    .filter(
      (file) => WATCHED.test(file.path) && !/\.(test|d)\.tsx?$/.test(file.path) && !alive.has(file.path),
    )
    .filter((file) => wired.has(packageOf(file.path)))
    .map((file) => ({
      check: 'dead',
      file: file.path,
      line: 1,
      message: 'nothing that runs imports this file',
      fix: 'import it from where it is used, or delete it; a new entry point is listed in tools/tidy/dead.ts',
    }));
}

/** A package is judged once its own entry reaches something: before that, everything in it would be dead. */
function wiredPackages(tree: Tree): Set<string> {
  const wired = new Set<string>();
  for (const { path, text } of tree.files) {
    if (/\/src\/(index|main)\.tsx?$/.test(path) && /\bfrom '\.\//.test(text)) wired.add(packageOf(path));
  }
  return wired;
}

function packageOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** What a manifest names: `"./testing": "./src/testing/index.ts"`. A pattern with a star uses nothing. */
function exportedFiles(tree: Tree): Set<string> {
  const files = new Set<string>();
  for (const manifest of tree.files.filter(({ path }) => /^packages\/[^/]+\/package\.json$/.test(path))) {
    for (const match of manifest.text.matchAll(/"\.\/(src\/[^"*]+\.tsx?)"/g)) {
      files.add(`${packageOf(manifest.path)}/${match[1]}`);
    }
  }
  return files;
}

/** What only tests and the simulator use, and is named so: a kit, an exam, the virtual half of an effect. */
function isTestKit(path: string): boolean {
  return (
    /\/(conformance|testing|exam|samples)\//.test(path) ||
    /\/(testing|samples?|conformance)[-.\w]*\.ts$|\/test[-A-Z]/.test(path) ||
    /\/effects\/[^/]+\/(virtual|seeded|memory)[-\w]*\.ts$/.test(path)
  );
}
