/** SQL lives in store/: the statement behind a slow-query log line is then found in one folder. */
import type * as TS from 'typescript';
import { lineOf, type Tree, type Violation } from './tree.ts';
import { ts } from './typescript.ts';

const WATCHED = /^packages\/[^/]+\/src\//;
const ALLOWED = /^packages\/server\/src\/(store|effects\/database)\/|\.test\.tsx?$/;

/** Upper case, then something that English would not continue with. */
const UPPER_CASE = new RegExp(
  [
    'SELECT\\s',
    'INSERT\\s+INTO\\s',
    'UPDATE\\s+\\S+\\s+(AS\\s+\\w+\\s+)?SET\\s',
    'DELETE\\s+FROM\\s',
    'WITH\\s+(RECURSIVE\\s+)?\\w+\\s*(\\([^)]*\\)\\s*)?AS\\s',
    'COPY\\s+\\S+\\s+(FROM|TO)\\s',
    '(CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|VACUUM|ANALYZE)\\s+\\w',
    '(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\\b',
    '(UN)?LISTEN\\s|NOTIFY\\s',
    'SET\\s+(LOCAL|SESSION)\\s',
  ]
    .map((form) => `^\\s*(--[^\\n]*\\n\\s*)*(${form})`)
    .join('|'),
);
/** Lower case only in forms that no sentence has. */
const LOWER_CASE = new RegExp(
  [
    'select\\s[\\s\\S]+\\sfrom\\s',
    'insert\\s+into\\s+\\w+\\s*\\(',
    'update\\s+\\w+\\s+set\\s+\\w+\\s*=',
    'delete\\s+from\\s+\\w+\\s+where\\s',
  ]
    .map((form) => `^\\s*${form}`)
    .join('|'),
);

export function checkSql(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (!file.isCode || !WATCHED.test(file.path) || ALLOWED.test(file.path)) continue;
    for (const node of file.nodes()) {
      const text = literalText(node);
      if (text === null || !(UPPER_CASE.test(text) || LOWER_CASE.test(text))) continue;
      const words = text.trim().replace(/\s+/g, ' ').slice(0, 40);
      found.push({
        check: 'sql',
        file: file.path,
        line: lineOf(file, node),
        message: `SQL outside store/: "${words}"`,
        fix: 'make it a named statement in packages/server/src/store/sql/<noun>.ts and call that',
      });
    }
  }
  return found;
}

function literalText(node: TS.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text : null;
}
