/**
 * Bare JSON parsing. Its result has the type `any`, which switches the compiler off exactly where foreign
 * data comes in. Either a schema reads it at once, or it is `unknown` until one does.
 */
import type * as TS from 'typescript';
import { lineOf, type Tree, type Violation } from './tree.ts';
import { ts } from './typescript.ts';

/** The SDK is let be: it has no schema library, and takes the word of the gateway that it was pointed at. */
const WATCHED = /^packages\/(?!sdk\/)[^/]+\/src\//;
/** Types that hold whatever JSON can say, so that nothing is claimed: `unknown`, or a union called Json. */
const CLAIMS_NOTHING = /^(unknown|Json\w*)$/;

export function checkParse(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (!file.isCode || file.isTest || !WATCHED.test(file.path)) continue;
    for (const node of file.nodes()) {
      if (!isJsonParse(node) || isCopy(node) || isReadBySchema(node) || isUnknown(node)) continue;
      found.push({
        check: 'parse',
        file: file.path,
        line: lineOf(file, node),
        message: 'JSON.parse whose result is used without a schema',
        fix: 'schema.parse(JSON.parse(text)), or const value: unknown = JSON.parse(text) and parse that',
      });
    }
  }
  return found;
}

function isJsonParse(node: TS.Node): node is TS.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === 'JSON.parse';
}

/** `JSON.parse(JSON.stringify(value))`: our own value, copied. */
function isCopy(node: TS.CallExpression): boolean {
  return node.arguments[0]?.getText().startsWith('JSON.stringify(') ?? false;
}

/** The direct argument of anything called parse, safeParse, parseOrder, readWire …: a schema or a reader. */
function isReadBySchema(node: TS.Node): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.expression === node) return false;
  const callee = call.expression.getText().split('.').at(-1) ?? '';
  return /^(safe)?(parse|read|decode)/i.test(callee);
}

function isUnknown(node: TS.Node): boolean {
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent)) return CLAIMS_NOTHING.test(parent.type?.getText() ?? '');
  if (ts.isAsExpression(parent)) return CLAIMS_NOTHING.test(parent.type.getText());
  if (ts.isArrowFunction(parent)) return returnsUnknown(parent);
  if (ts.isReturnStatement(parent)) return returnsUnknown(ts.findAncestor(parent, ts.isFunctionLike));
  // `value = JSON.parse(text)` after `let value: unknown;`
  return ts.isBinaryExpression(parent) && assignsToUnknown(parent);
}

function returnsUnknown(fn: TS.SignatureDeclaration | undefined): boolean {
  const type = fn?.type;
  if (!type) return false;
  return /\b(unknown|Json\w*)\b/.test(type.getText());
}

function assignsToUnknown(assignment: TS.BinaryExpression): boolean {
  const name = assignment.left.getText();
  const declared = new RegExp(`\\b(let|var)\\s+${name.replace(/\W/g, '\\$&')}\\s*:\\s*unknown\\b`);
  return declared.test(assignment.getSourceFile().text);
}
