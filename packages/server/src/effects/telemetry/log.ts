/** Structured logs, one JSON object a line. Secrets cannot get in: known fields are removed, addresses lose their query. */
import { pino } from 'pino';

export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (fields: Record<string, unknown>, message: string) => void
>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const SECRET_FIELDS = [
  'authorization',
  'apiKey',
  'api_key',
  'key',
  'secret',
  'password',
  'credential',
  'token',
  'signature',
  'cookie',
  'prompt',
];
const ADDRESS_QUERY = /(https?:\/\/[^\s"'?]+)\?[^\s"']*/g;
const KEY_TEXT = /sk-sluice-[A-Za-z0-9_-]{8,}|whsec_[A-Za-z0-9+/=]{8,}|postgres(?:ql)?:\/\/[^\s"']+/g;

export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: null,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[removed]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  const logger = destination ? pino(options, destination) : pino(options);
  const write = (severity: keyof Log) => (fields: Record<string, unknown>, message: string) =>
    logger[severity](cleaned(fields), withoutSecrets(message));
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Text as it may be logged. */
export function withoutSecrets(text: string): string {
  return text.replace(ADDRESS_QUERY, '$1?[removed]').replace(KEY_TEXT, '[removed]');
}

function cleaned(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutSecrets(value) : value,
    ]),
  );
}
