/**
 * The tree that the checks look at: paths and texts, read once, parsed once. It can be made from a
 * folder or from a record of texts, so that each check is tested with a few lines of bad input.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as TS from 'typescript';
import { ts } from './typescript.ts';

export type Tree = {
  /** Text files that we write, sorted by path. Generated and recorded ones are only in `paths`. */
  files: TreeFile[];
  /** Every file, read or not, and every folder (without a trailing slash). */
  paths: Set<string>;
  file(path: string): TreeFile | undefined;
};

export type TreeFile = {
  path: string;
  text: string;
  lines: string[];
  /** TypeScript or TSX. */
  isCode: boolean;
  isTest: boolean;
  /** The parsed file and all of its nodes, in source order. Only for code. */
  source(): TS.SourceFile;
  nodes(): TS.Node[];
  /** Line number, from 1, of an offset in the text. */
  lineAt(offset: number): number;
};

export type Violation = { check: string; file: string; line: number; message: string; fix: string };

const TEXT_FILE = /\.(ts|tsx|md|sql|json|ya?ml|sh|mjs|js|css|html|txt)$|(^|\/)[A-Z]\w+$|(^|\/)\.ci\/run$/;

/** Never ours to judge: recorded answers of vendors, lists taken from elsewhere, and what a tool writes. */
const NOT_READ =
  /(^|\/)fixtures\/|^package-lock\.json$|^packages\/contract\/openapi\.json$|(^|\/)schema\.sql$|^LICENSE$/;
const ALWAYS_SKIPPED = new Set(['node_modules', '.git']);
const MAX_READ_BYTES = 1_000_000;

export function readTree(root: string): Tree {
  const ignored = ignoreRules(root);
  const texts: Record<string, string | null> = {};
  const folders: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (ALWAYS_SKIPPED.has(entry.name) || ignored(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(path);
        visit(path);
      } else {
        texts[path] = readText(root, path);
      }
    }
  };
  visit('');
  return treeOf(texts, folders);
}

function readText(root: string, path: string): string | null {
  if (!TEXT_FILE.test(path) || NOT_READ.test(path)) return null;
  const { size } = lstatSync(join(root, path));
  return size > MAX_READ_BYTES ? null : readFileSync(join(root, path), 'utf8');
}

/** The part of .gitignore that we use: a name, `name/` or `*.ending`, at any depth. */
function ignoreRules(root: string): (name: string) => boolean {
  let text = '';
  try {
    text = readFileSync(join(root, '.gitignore'), 'utf8');
  } catch {
    return () => false;
  }
  const rules = text.split('\n').map((line) => line.trim().replace(/\/$/, ''));
  const names = new Set(rules.filter((rule) => rule !== '' && !rule.startsWith('*')));
  const endings = rules.filter((rule) => rule.startsWith('*')).map((rule) => rule.slice(1));
  return (name) => names.has(name) || endings.some((ending) => name.endsWith(ending));
}

/** A tree from texts; null stands for a file that exists but is not read. */
export function treeOf(texts: Record<string, string | null>, folders: string[] = []): Tree {
  const paths = new Set<string>(folders);
  const byPath = new Map<string, TreeFile>();
  for (const path of Object.keys(texts).sort()) {
    paths.add(path);
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      paths.add(path.slice(0, cut));
    }
    const text = texts[path];
    if (typeof text === 'string') byPath.set(path, treeFile(path, text));
  }
  return { files: [...byPath.values()], paths, file: (path) => byPath.get(path) };
}

function treeFile(path: string, text: string): TreeFile {
  let parsed: TS.SourceFile | undefined;
  let flat: TS.Node[] | undefined;
  const source = (): TS.SourceFile => {
    parsed ??= ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    return parsed;
  };
  return {
    path,
    text,
    lines: text.split('\n'),
    isCode: /\.tsx?$/.test(path),
    isTest: /\.test\.tsx?$/.test(path),
    source,
    nodes: () => {
      flat ??= flatten(source());
      return flat;
    },
    lineAt: (offset) => source().getLineAndCharacterOfPosition(offset).line + 1,
  };
}

function flatten(source: TS.SourceFile): TS.Node[] {
  const nodes: TS.Node[] = [];
  const visit = (node: TS.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return nodes;
}

/** The line on which a node starts, its leading comment not counted. */
export function lineOf(file: TreeFile, node: TS.Node): number {
  return file.lineAt(node.getStart(file.source()));
}
