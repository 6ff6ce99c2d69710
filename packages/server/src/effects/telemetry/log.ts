/**
 * Structured logs, one JSON object a line. Secrets cannot get in: whatever the fields hold, at any depth, is
 * copied without the members that carry secrets, and every text loses its keys and the queries of its addresses.
 */
import { pino } from 'pino';

export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (fields: Record<string, unknown>, message: string) => void
>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const REMOVED = '[removed]';
const DEEPEST = 6;
const LONGEST_LIST = 50;
const LONGEST_TEXT = 4_096;

/** Member names whose values never belong in a log. Our own ids end in `Id` and stay. */
const SECRET_NAME = new RegExp(
  '^(.*[_-])?(authorization|cookies?|credentials?|pass(word|phrase)?|prompts?|secrets?|signature|tokens?|' +
    '(api|access|private|secret)[_-]?keys?|key)$',
);

const TEXT_RULES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/((?:https?|wss?):\/\/)[^\s"'/@]*@/g, `$1${REMOVED}@`],
  [/((?:https?|wss?):\/\/[^\s"'?#]+)[?#][^\s"']*/g, `$1?${REMOVED}`],
  [/postgres(?:ql)?:\/\/[^\s"']+/g, REMOVED],
  [/\b(bearer|basic|key|token)\s+[A-Za-z0-9._~+/:=-]{8,}/gi, `$1 ${REMOVED}`],
  [/sk-sluice-[A-Za-z0-9_-]{8,}|whsec_[A-Za-z0-9+/=]{8,}/g, REMOVED],
  // A JSON web token, wherever it stands.
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, REMOVED],
];

export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  const logger = destination ? pino(options, destination) : pino(options);
  const write = (severity: keyof Log) => (fields: Record<string, unknown>, message: string) => {
    if (!logger.isLevelEnabled(severity)) return;
    logger[severity](cleanedMembers(fields, 0), withoutSecrets(message));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Text as it may be logged. */
export function withoutSecrets(text: string): string {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return TEXT_RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), shown);
}

function cleanedMembers(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isSecretName(name) ? REMOVED : cleaned(value, depth),
    ]),
  );
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[deeper]';
  // Errors show what they are; their other members may quote whatever a driver had in hand.
  if (value instanceof Error) return cleanedError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item) => cleaned(item, depth + 1));
  return cleanedMembers(value, depth + 1);
}

function cleanedError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: withoutSecrets(error.message),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: cleaned(error.cause, depth + 1) }),
  };
}

function isSecretName(name: string): boolean {
  // `apiKey` and `ApiKey` read as `api_key`.
  return SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase());
}
