/**
 * Banned calls: only effects/ may touch the clock, randomness, network, disk or console, because the
 * simulator owns what is handed in and nothing else. One forgotten Date.now and a seed no longer replays.
 */
import type * as TS from 'typescript';
import { lineOf, type Tree, type TreeFile, type Violation } from './tree.ts';
import { ts } from './typescript.ts';

/** Sources of server and contract. Tests and their kits may use the platform; effects/ reaches it. */
const WATCHED = /^packages\/(server|contract)\/src\//;
const FREE = /^packages\/server\/src\/effects\/|\/(testing|exam)\/|\.test\.tsx?$/;

const DECIDE = /^packages\/server\/src\/decide\//;

/**
 * The whole list of exceptions. It may only shrink; a new line needs a reason that a reader would accept.
 * `allows` holds the names as printed in the violation.
 */
const EXCEPTIONS: { file: RegExp; allows: string[]; reason: string }[] = [
  {
    file: /^packages\/server\/src\/(config|main)\.ts$/,
    allows: ['process.env'],
    reason: 'settings are read once, at the top, and handed down as values',
  },
];

const CLOCK = 'take `clock: Clock` (effects/clock/clock.ts) and call';
const RANDOM = 'take `random: Random` (effects/random/random.ts) and call';
const OUTBOUND = 'take `outbound: Outbound` (effects/outbound/outbound.ts): it checks and pins addresses';
const DISK = 'take `blobs: Blobs` (effects/blobs/blobs.ts), or put the effect behind a type in effects/';

/** Calls by their printed callee. */
const CALLS = new Map<string, string>([
  ['Date.now', `${CLOCK} clock.now()`],
  ['Date', `${CLOCK} clock.now()`],
  ['performance.now', `${CLOCK} clock.monotonic()`],
  ['process.hrtime', `${CLOCK} clock.monotonic()`],
  ['process.hrtime.bigint', `${CLOCK} clock.monotonic()`],
  ['setTimeout', `${CLOCK} clock.sleep(ms, signal)`],
  ['setInterval', `${CLOCK} clock.sleep(ms, signal) in a loop`],
  ['setImmediate', `${CLOCK} clock.sleep(0)`],
  ['AbortSignal.timeout', `${CLOCK} clock.sleep(ms, signal), then abort your own controller`],
  ['Math.random', `${RANDOM} random.fraction()`],
  ['fetch', OUTBOUND],
]);

/** Random functions of node:crypto, imported or reached through the global. */
const CRYPTO_RANDOM = new Set([
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
]);

const MODULES = new Map<string, string>([
  ['fs', DISK],
  ['fs/promises', DISK],
  ['net', OUTBOUND],
  ['tls', OUTBOUND],
  ['dgram', OUTBOUND],
  ['http', OUTBOUND],
  ['https', OUTBOUND],
  ['http2', OUTBOUND],
  ['dns', OUTBOUND],
  ['dns/promises', OUTBOUND],
  ['undici', OUTBOUND],
  ['child_process', 'put the program behind a type in effects/ and hand it in from main.ts'],
  ['timers', `${CLOCK} clock.sleep(ms, signal)`],
  ['timers/promises', `${CLOCK} clock.sleep(ms, signal)`],
]);

export function checkBanned(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (!file.isCode || !WATCHED.test(file.path) || FREE.test(file.path)) continue;
    const allowed = new Set(EXCEPTIONS.filter((e) => e.file.test(file.path)).flatMap((e) => e.allows));
    const local = namesDeclaredIn(file);
    for (const node of file.nodes()) {
      const ban = banOf(node, local) ?? (DECIDE.test(file.path) ? impurityOf(node) : null);
      if (!ban || allowed.has(ban.name)) continue;
      found.push({
        check: 'banned',
        file: file.path,
        line: lineOf(file, node),
        message: ban.message,
        fix: ban.fix,
      });
    }
  }
  return found;
}

type Ban = { name: string; message: string; fix: string };

function outside(name: string, fix: string): Ban {
  return { name, message: `${name} outside effects/`, fix };
}

function banOf(node: TS.Node, local: Set<string>): Ban | null {
  if (ts.isImportDeclaration(node)) return bannedModule(node);
  if (ts.isCallExpression(node)) {
    const callee = node.expression
      .getText()
      .replaceAll('?.', '.')
      .replace(/^globalThis\./, '');
    const fix = local.has(callee) ? undefined : CALLS.get(callee);
    if (fix) return outside(callee, fix);
    if (/^(globalThis\.)?crypto\./.test(callee) && CRYPTO_RANDOM.has(callee.split('.').at(-1) ?? '')) {
      return outside(callee, `${RANDOM} random.bytes(n)`);
    }
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
    return outside('new Date()', `${CLOCK} clock.now(); new Date(ms) with an argument is fine`);
  }
  if (ts.isPropertyAccessExpression(node)) {
    const whole = node.getText();
    if (whole === 'process.env') {
      return outside(whole, 'read the setting in config.ts and hand the value down');
    }
    if (ts.isIdentifier(node.expression) && node.expression.text === 'console' && !local.has('console')) {
      return outside(whole, 'take `log` (effects/telemetry/) and call log.info, log.warn or log.error');
    }
  }
  return null;
}

function bannedModule(node: TS.ImportDeclaration): Ban | null {
  const specifier = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
  const clause = node.importClause;
  if (clause?.isTypeOnly) return null;
  const bindings = clause?.namedBindings;
  const names =
    bindings && ts.isNamedImports(bindings) ? bindings.elements.filter((e) => !e.isTypeOnly) : null;
  if (names?.length === 0 && !clause?.name) return null;
  const module = specifier.replace(/^node:/, '');
  const fix = MODULES.get(module);
  if (fix) return outside(specifier, fix);
  if (module !== 'crypto') return null;
  const random = names?.map((e) => (e.propertyName ?? e.name).text).find((name) => CRYPTO_RANDOM.has(name));
  return random ? outside(random, `${RANDOM} random.bytes(n)`) : null;
}

/** decide/ is synchronous: what waits is an effect, and effects belong to the stage that asks. */
function impurityOf(node: TS.Node): Ban | null {
  const isAsync = ts.canHaveModifiers(node)
    ? ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword)
    : false;
  if (!isAsync && !ts.isAwaitExpression(node)) return null;
  return {
    name: 'async',
    message: 'decide/ is synchronous, this waits',
    fix: 'take the awaited value as a parameter; the caller in lifecycle/ awaits it',
  };
}

/** A parameter or function named `fetch` is not the platform's. */
function namesDeclaredIn(file: TreeFile): Set<string> {
  const names = new Set<string>();
  for (const node of file.nodes()) {
    const declares =
      ts.isParameter(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isImportSpecifier(node);
    if (declares && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  }
  return names;
}
