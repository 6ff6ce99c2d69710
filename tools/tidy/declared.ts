/**
 * Packages that are imported but not declared. It works here, where everything is installed at the root,
 * and fails for whoever installs the package alone.
 */
import { isBuiltin } from 'node:module';
import { importsOf, workspacesOf } from './imports.ts';
import type { Tree, TreeFile, Violation } from './tree.ts';

export function checkDeclared(tree: Tree): Violation[] {
  const workspaces = workspacesOf(tree);
  // Tests may lean on whatever the project installs; only what is shipped must name all that it needs.
  const manifests = ['package.json', ...[...workspaces.values()].map((folder) => `${folder}/package.json`)];
  const installed = new Set(manifests.flatMap((path) => [...declaredIn(tree, path, true)]));
  const found: Violation[] = [];
  for (const [name, folder] of workspaces) {
    const manifest = `${folder}/package.json`;
    const atRunTime = declaredIn(tree, manifest, false);
    for (const file of tree.files) {
      if (!file.isCode || !file.path.startsWith(`${folder}/`)) continue;
      for (const { specifier, typeOnly, line } of importsOf(file, tree, workspaces)) {
        const wanted = packageNameOf(specifier);
        if (wanted === null || wanted === name) continue;
        const development = typeOnly || !isShipped(file, folder);
        if (atRunTime.has(wanted)) continue;
        if (development && (installed.has(wanted) || workspaces.has(wanted))) continue;
        found.push({
          check: 'declared',
          file: file.path,
          line,
          message: `${wanted} is not a dependency in ${manifest}`,
          fix: `add it there (${development ? 'devDependencies' : 'dependencies'}), or do without it`,
        });
      }
    }
  }
  return found;
}

/** Sources that a user installs: everything but tests, tools and the workspaces that are never published. */
function isShipped(file: TreeFile, folder: string): boolean {
  return (
    folder.startsWith('packages/') &&
    !file.isTest &&
    !/\/(testing|exam)\//.test(file.path) &&
    file.path.startsWith(`${folder}/src/`)
  );
}

function packageNameOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || isBuiltin(specifier)) return null;
  const [scope = '', name = ''] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}

type Manifest = Partial<Record<'dependencies' | 'optionalDependencies' | 'devDependencies', object>>;

function declaredIn(tree: Tree, path: string, withDevelopment: boolean): Set<string> {
  const text = tree.file(path)?.text;
  if (text === undefined) return new Set();
  const manifest = readManifest(text);
  const development = withDevelopment ? manifest.devDependencies : undefined;
  return new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...development }));
}

function readManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
