/** What a failed statement means for whoever asked: try later, try again, look, or a fault of ours. */

/**
 * The connection was cut while COMMIT was under way: it may have happened. Read back; never just run it
 * again.
 */
export class CommitUnknownError extends Error {
  constructor(options?: ErrorOptions) {
    super('The connection to the database was lost at COMMIT; whether it happened is not known.', options);
    this.name = 'CommitUnknownError';
  }
}

/** A statement failed, its error was swallowed, and COMMIT therefore rolled back. A bug in the caller. */
export class RolledBackError extends Error {
  constructor() {
    super('The transaction was rolled back at COMMIT, because a statement in it had failed.');
    this.name = 'RolledBackError';
  }
}

export type DatabaseFailure =
  /** Unreachable, starting, full or too slow: answer 503 and try later. */
  | 'unavailable'
  /** Lost against concurrent transactions more often than we repeat. */
  | 'contention'
  | 'commit_unknown'
  /** A unique, foreign key, check or exclusion rule refused the row. */
  | 'constraint'
  /** Anything else: a bug. */
  | 'other';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const COMPLETION_UNKNOWN = '40003';
const LOCK_NOT_AVAILABLE = '55P03';
const QUERY_CANCELED = '57014';
/** Connection, resources, operator intervention, system error. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
/** What node and the driver say when there is no answer from a server; they have no SQLSTATE. */
const CONNECTION_LOST = new RegExp(
  [
    'ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN',
    'Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed',
  ].join('|'),
);

/** At least one digit tells SQLSTATE from system errors such as EPIPE. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** The five characters of SQLSTATE, or null when the server did not say anything. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return SQLSTATE.test(error.code) ? error.code : null;
}

/** The constraint that refused, by its name in the schema. */
export function violatedConstraint(error: unknown): string | null {
  if (!(error instanceof Error) || !('constraint' in error)) return null;
  return typeof error.constraint === 'string' ? error.constraint : null;
}

export function databaseFailure(error: unknown): DatabaseFailure {
  if (error instanceof CommitUnknownError) return 'commit_unknown';
  const state = sqlState(error);
  if (state === null) return isConnectionLoss(error) ? 'unavailable' : 'other';
  if (shouldRepeat(error)) return 'contention';
  if (state === LOCK_NOT_AVAILABLE || state === QUERY_CANCELED) return 'unavailable';
  if (UNAVAILABLE_CLASSES.has(state.slice(0, 2))) return 'unavailable';
  return state.startsWith('23') ? 'constraint' : 'other';
}

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return CONNECTION_LOST.test(code) || CONNECTION_LOST.test(error.message);
}

/** Nothing was committed and the same work may well succeed the next time. */
export function shouldRepeat(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK;
}

/** For errors of COMMIT only: did the server say clearly that it did not happen? */
export function commitIsUnknown(error: unknown): boolean {
  if (error instanceof RolledBackError) return false;
  const state = sqlState(error);
  return state === null || state === COMPLETION_UNKNOWN || UNAVAILABLE_CLASSES.has(state.slice(0, 2));
}
