/** Why the embedded database could not be used. Each sentence names what the operator can do about it. */
export type StartFailureCode =
  | 'already_running'
  | 'binaries_missing'
  | 'unreachable'
  | 'no_user_entry'
  | 'cluster_missing'
  | 'version_mismatch'
  | 'start_failed'
  | 'stop_failed';

/** Thrown: without its database the gateway cannot do anything, so this always ends a start. */
export class DatabaseStartError extends Error {
  readonly code: StartFailureCode;

  constructor(code: StartFailureCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'DatabaseStartError';
    this.code = code;
  }
}

/** The `code` of a failed system call, such as `ENOENT`; an empty string for anything else. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
