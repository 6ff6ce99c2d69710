/** Sizes: what does not fit is not read, so it only grows. The numbers are the house's, see STYLE.md. */
import type * as TS from 'typescript';
import { lineOf, type Tree, type TreeFile, type Violation } from './tree.ts';
import { ts } from './typescript.ts';

export const MAX_FUNCTION_LINES = 70;
/** Rigs are worlds in one closure: many small functions over one state. Their room is wider, and only theirs. */
export const MAX_RIG_FUNCTION_LINES = 110;
const RIG = /^(simulation|bench|e2e)\//;
export const MAX_SOURCE_LINES = 400;
export const MAX_TEST_LINES = 600;
export const MAX_COLUMNS = 120;

/** `describe('…', () => { … })`, also `describe.each(…)(…)`: a list of tests, each of which is measured. */
const SUITE = /^(describe|suite)\b/;
const TEST = /^(describe|suite|test|it)\b/;

export function checkSizes(tree: Tree): Violation[] {
  return tree.files.flatMap((file) => [
    ...(file.isCode ? [...checkFile(file), ...checkFunctions(file)] : []),
    ...(/\.(tsx?|sql|sh|css)$/.test(file.path) ? checkColumns(file) : []),
  ]);
}

function checkFile(file: TreeFile): Violation[] {
  const lines = countLines(file);
  const max = file.isTest ? MAX_TEST_LINES : MAX_SOURCE_LINES;
  if (lines <= max) return [];
  const fix = file.isTest
    ? 'split it by behaviour, one file for each, named by the outcome'
    : 'move the decision to decide/, or split by noun; a second half called utils does not count';
  return [{ check: 'sizes', file: file.path, line: max, message: `${lines} lines, at most ${max}`, fix }];
}

function checkFunctions(file: TreeFile): Violation[] {
  const most = RIG.test(file.path) ? MAX_RIG_FUNCTION_LINES : MAX_FUNCTION_LINES;
  return functionsOf(file)
    .filter((fn) => fn.lines > most)
    .map((fn) => ({
      check: 'sizes',
      file: file.path,
      line: fn.line,
      message: `function ${fn.name} has ${fn.lines} lines, at most ${most}`,
      fix: 'keep the branches here and push the loops and steps down into functions named by what they do',
    }));
}

/** Strings and comments are beyond the formatter. A line that is long only by an address is let be. */
function checkColumns(file: TreeFile): Violation[] {
  return file.lines.flatMap((text, index) => {
    const columns = [...text].length;
    if (columns <= MAX_COLUMNS || [...text.replace(/https?:\/\/\S+/g, '')].length <= MAX_COLUMNS - 20)
      return [];
    return [
      {
        check: 'sizes',
        file: file.path,
        line: index + 1,
        message: `${columns} columns, at most ${MAX_COLUMNS}`,
        fix: 'break the comment or the string; the formatter will not do it for you',
      },
    ];
  });
}

export type FunctionSize = { name: string; line: number; lines: number };

export function functionsOf(file: TreeFile): FunctionSize[] {
  const sizes: FunctionSize[] = [];
  for (const node of file.nodes()) {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body || isSuite(node)) continue;
    const line = lineOf(file, node);
    sizes.push({ name: nameOf(node), line, lines: file.lineAt(node.getEnd()) - line + 1 });
  }
  return sizes;
}

function isSuite(node: TS.FunctionLikeDeclaration): boolean {
  if (ts.isCallExpression(node.parent) && SUITE.test(node.parent.expression.getText())) return true;
  // An exam: a function that declares tests for whoever calls it.
  const statements = node.body && ts.isBlock(node.body) ? node.body.statements : [];
  return statements.some(
    (each) =>
      ts.isExpressionStatement(each) &&
      ts.isCallExpression(each.expression) &&
      TEST.test(each.expression.expression.getText()),
  );
}

function nameOf(node: TS.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  if (ts.isCallExpression(parent)) return `given to ${parent.expression.getText().split('\n')[0]}`;
  return 'without a name';
}

export function countLines(file: TreeFile): number {
  return file.text.endsWith('\n') ? file.lines.length - 1 : file.lines.length;
}
