/**
 * Error codes and metric names are promises to people who write programs and alarms against them, so each
 * one that the code or a document mentions is in its catalogue, and no catalogue lists what nothing sends.
 */
import type * as TS from 'typescript';
import { lineOf, type Tree, type TreeFile, type Violation } from './tree.ts';
import { ts } from './typescript.ts';

const ERRORS = 'packages/contract/src/errors.ts';
const METRICS = 'packages/server/src/effects/telemetry/catalogue.ts';
/** When this reaches the HTTP side, a code that nothing sends is a promise that nothing keeps. */
const MAIN = 'packages/server/src/main.ts';

/** Rooms where `code: '…'` is our answer to a client, and rooms that compare with it. */
const ANSWERS = /^packages\/server\/src\/(http|lifecycle)\//;
const CLIENTS = /^(packages\/(sdk|cli|console|ai-sdk-provider)\/src|e2e|examples)\//;
const OUR_CODE = /^[a-z]+(_[a-z]+)+$/;

const METRIC = /\bsluice_[a-z0-9_]*(?:_total|_seconds|_bytes|_ratio)\b/g;

export function checkCatalogues(tree: Tree): Violation[] {
  return [...checkErrors(tree), ...checkMetrics(tree)];
}

function checkErrors(tree: Tree): Violation[] {
  const catalogue = tree.file(ERRORS);
  if (!catalogue) return [];
  const listed = keysOf(catalogue, ['errorCatalogue', 'taskErrorCatalogue']);
  for (const code of clientCodes(tree)) listed.add(code);
  const unknown = tree.files
    .filter((file) => file.isCode && !file.isTest && (ANSWERS.test(file.path) || CLIENTS.test(file.path)))
    .flatMap((file) => mentionsOf(file).filter((mention) => !listed.has(mention.code)))
    .map(({ file, line, code }) => ({
      check: 'catalogues',
      file,
      line,
      message: `the error code '${code}' is not in the catalogue`,
      fix: `use a code of ${ERRORS}, or add it there with its status, sentence and fix`,
    }));
  return /\bfrom '\.\/http\//.test(tree.file(MAIN)?.text ?? '')
    ? [...unknown, ...unsent(tree, catalogue)]
    : unknown;
}

/** What the SDK itself reports when there was no answer to read: `{ code: 'connection_failed' }`. */
function clientCodes(tree: Tree): string[] {
  return tree.files
    .filter((file) => file.isCode && file.path.startsWith('packages/sdk/src/'))
    .flatMap((file) => file.nodes().flatMap((node) => answeredCode(node)?.text ?? []));
}

type Mention = { file: string; line: number; code: string };

function mentionsOf(file: TreeFile): Mention[] {
  return file.nodes().flatMap((node) => {
    const literal = ANSWERS.test(file.path) ? answeredCode(node) : comparedCode(node);
    if (!literal || !OUR_CODE.test(literal.text)) return [];
    return [{ file: file.path, line: lineOf(file, literal), code: literal.text }];
  });
}

/** `{ code: 'not_found' }`, `refuse('not_found')`, `problem('not_found')`. */
function answeredCode(node: TS.Node): TS.StringLiteral | null {
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') {
    return ts.isStringLiteral(node.initializer) ? node.initializer : null;
  }
  if (!ts.isCallExpression(node) || !/^(refuse|problem|refusal)$/.test(node.expression.getText()))
    return null;
  const [first] = node.arguments;
  return first && ts.isStringLiteral(first) ? first : null;
}

/** `error.code === 'not_found'`. */
function comparedCode(node: TS.Node): TS.StringLiteral | null {
  if (!ts.isBinaryExpression(node) || !/\bcode$/.test(node.left.getText())) return null;
  const compares = /^[!=]==$/.test(node.operatorToken.getText());
  return compares && ts.isStringLiteral(node.right) ? node.right : null;
}

function unsent(tree: Tree, catalogue: TreeFile): Violation[] {
  const sent = new Set<string>();
  for (const file of tree.files) {
    if (!file.isCode || file.isTest || !/^packages\/(server|contract)\/src\//.test(file.path)) continue;
    if (file === catalogue) continue;
    for (const node of file.nodes()) if (ts.isStringLiteralLike(node)) sent.add(node.text);
  }
  return propertiesOf(catalogue, ['errorCatalogue', 'taskErrorCatalogue'])
    .filter(({ key }) => !sent.has(key))
    .map(({ key, node }) => ({
      check: 'catalogues',
      file: catalogue.path,
      line: lineOf(catalogue, node),
      message: `nothing answers with '${key}'`,
      fix: 'answer with it where it is meant, or take it out of the catalogue',
    }));
}

function checkMetrics(tree: Tree): Violation[] {
  const catalogue = tree.file(METRICS);
  if (!catalogue) return [];
  const listed = new Set(catalogue.text.match(METRIC) ?? []);
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (file === catalogue || file.path.startsWith('tools/') || !/\.(tsx?|md|ya?ml|json)$/.test(file.path))
      continue;
    for (const [index, text] of file.lines.entries()) {
      for (const name of text.match(METRIC) ?? []) {
        if (listed.has(name)) continue;
        const message = `the metric ${name} is not in the catalogue`;
        const fix = `use a name of ${METRICS}, or add it there with its kind, labels and meaning`;
        found.push({ check: 'catalogues', file: file.path, line: index + 1, message, fix });
      }
    }
  }
  return found;
}

function keysOf(file: TreeFile, variables: string[]): Set<string> {
  return new Set(propertiesOf(file, variables).map(({ key }) => key));
}

/** The properties of top-level object literals, `as const` and `satisfies` looked through. */
function propertiesOf(file: TreeFile, variables: string[]): { key: string; node: TS.Node }[] {
  return file.nodes().flatMap((node) => {
    if (!ts.isVariableDeclaration(node) || !variables.includes(node.name.getText())) return [];
    let value = node.initializer;
    while (value && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value))) value = value.expression;
    if (!value || !ts.isObjectLiteralExpression(value)) return [];
    return value.properties.flatMap((property) =>
      property.name ? [{ key: property.name.getText().replace(/['"]/g, ''), node: property }] : [],
    );
  });
}
