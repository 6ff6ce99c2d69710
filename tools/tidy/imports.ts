/** What a file imports, and which file of ours that is. */
import { posix } from 'node:path';
import type * as TS from 'typescript';
import { lineOf, type Tree, type TreeFile } from './tree.ts';
import { ts } from './typescript.ts';

export type Import = {
  specifier: string;
  line: number;
  /** Erased at run time: it couples types, not behaviour. */
  typeOnly: boolean;
  target: Target;
};

export type Target =
  | { kind: 'ours'; path: string }
  /** Looks like ours, but there is no such file (yet). */
  | { kind: 'missing'; path: string }
  | { kind: 'outside' };

/** Package name to folder: `@sluice/sdk` to `packages/sdk`. */
export type Workspaces = Map<string, string>;

export function workspacesOf(tree: Tree): Workspaces {
  const workspaces: Workspaces = new Map();
  for (const file of tree.files) {
    if (posix.basename(file.path) !== 'package.json' || file.path === 'package.json') continue;
    const name = /"name":\s*"([^"]+)"/.exec(file.text)?.[1];
    if (name) workspaces.set(name, posix.dirname(file.path));
  }
  return workspaces;
}

/** Three checks ask for the same imports. */
const known = new WeakMap<TreeFile, Import[]>();

export function importsOf(file: TreeFile, tree: Tree, workspaces: Workspaces): Import[] {
  const before = known.get(file);
  if (before) return before;
  const found: Import[] = [];
  for (const node of file.nodes()) {
    const reference = referenceOf(node);
    if (!reference) continue;
    const target = resolve(file.path, reference.specifier, tree, workspaces);
    found.push({ ...reference, line: lineOf(file, node), target });
  }
  known.set(file, found);
  return found;
}

type Reference = { specifier: string; typeOnly: boolean };

function referenceOf(node: TS.Node): Reference | null {
  if (ts.isImportDeclaration(node)) {
    return stringOf(node.moduleSpecifier, isTypeOnlyImport(node.importClause));
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return stringOf(node.moduleSpecifier, node.isTypeOnly);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return stringOf(node.argument.literal, true);
  }
  const [first] = ts.isCallExpression(node) || ts.isNewExpression(node) ? (node.arguments ?? []) : [];
  if (!first) return null;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return stringOf(first, false);
  }
  // A worker or an asset beside the module: new URL('./worker.ts', import.meta.url).
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL' && node.arguments?.length === 2) {
    const reference = stringOf(first, false);
    return reference && /^\.{1,2}\/.*\.tsx?$/.test(reference.specifier) ? reference : null;
  }
  return null;
}

function stringOf(node: TS.Node, typeOnly: boolean): Reference | null {
  return ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : null;
}

function isTypeOnlyImport(clause: TS.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function resolve(from: string, specifier: string, tree: Tree, workspaces: Workspaces): Target {
  if (specifier.startsWith('.')) {
    return located(posix.join(posix.dirname(from), specifier), tree);
  }
  const [scope = '', name = ''] = specifier.split('/');
  const packageName = specifier.startsWith('@') ? `${scope}/${name}` : scope;
  const folder = workspaces.get(packageName);
  if (folder === undefined) return { kind: 'outside' };
  const inside = specifier.slice(packageName.length + 1);
  if (inside.endsWith('.json')) return located(`${folder}/${inside}`, tree);
  // A part beside the sources, such as a build, is named from the package's folder.
  const beside = `${folder}/${inside}`;
  if (inside !== '' && tree.paths.has(beside)) return located(beside, tree);
  return located(inside === '' ? `${folder}/src/index.ts` : `${folder}/src/${inside}`, tree);
}

function located(path: string, tree: Tree): Target {
  return { kind: tree.paths.has(path) ? 'ours' : 'missing', path };
}
