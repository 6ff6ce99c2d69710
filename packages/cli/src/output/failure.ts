/** Errors, plainly: what happened, which field, what to do, the request id. And the exit code for each. */
import { isSluiceError, type SluiceError } from '@sluice/sdk';
import { CommandError, EXIT, type ExitCode, Interrupted, UsageError } from '../endings.ts';
import type { Paint } from './output.ts';
import { fields } from './table.ts';
import { brief, clean } from './text.ts';

export type Failure = {
  exitCode: ExitCode;
  /** For programs. */
  json: { error: Record<string, unknown> };
  text: (paint: Paint) => string;
};

const NO_ANSWER = new Set(['connection_failed', 'connection_lost', 'timeout', 'unreadable_answer']);

export function failureFrom(error: unknown, debug: boolean): Failure {
  if (isSluiceError(error)) return refusal(error);
  if (error instanceof Interrupted) return plain(EXIT.interrupted, 'interrupted', error.message);
  if (error instanceof UsageError) return plain(EXIT.usage, 'usage', error.message, error.fix);
  if (error instanceof CommandError) return plain(EXIT.refused, 'command_failed', error.message, error.fix);
  const message = error instanceof Error ? error.message : String(error);
  const detail = debug && error instanceof Error ? error.stack : undefined;
  return plain(EXIT.refused, 'unexpected', message, detail ?? 'SLUICE_DEBUG=1 shows where it happened.');
}

function refusal(error: SluiceError): Failure {
  const { code, message, field, allowed, requestId, status, retryable, retryAfterSeconds } = error;
  const fix = code === 'missing_key' || code === 'invalid_key' ? `${error.fix} See: sluice login` : error.fix;
  const json = { code, message, field, allowed, fix, status, request_id: requestId, retryable };
  return {
    exitCode: NO_ANSWER.has(code) ? EXIT.connection : EXIT.refused,
    json: { error: json },
    text: (paint) =>
      [
        `${paint.color.red('✗')} ${clean(message)}`,
        indented(
          fields(
            [
              ['field', field && clean(field)],
              ['allowed', allowed === undefined ? null : brief(JSON.stringify(allowed), 200)],
              ['fix', fix ? clean(fix) : null],
              ['retry', retryAfterSeconds === null ? null : `in ${retryAfterSeconds} s`],
              ['request', requestId ? `${clean(requestId)} (${code})` : code],
            ],
            paint,
          ),
        ),
      ].join('\n'),
  };
}

function plain(exitCode: ExitCode, code: string, message: string, fix?: string): Failure {
  return {
    exitCode,
    json: { error: { code, message, ...(fix ? { fix } : {}) } },
    text: (paint) =>
      [`${paint.color.red('✗')} ${clean(message)}`, ...(fix ? [indented(clean(fix))] : [])].join('\n'),
  };
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
