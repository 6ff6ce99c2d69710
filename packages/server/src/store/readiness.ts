/**
 * The first words with a database: a start waits for one that is slow or still starting, for a bounded time, and says
 * that it waits. What waiting cannot mend (a wrong password, no such database) ends the start at once.
 */
import type { Clock } from '../effects/clock/clock.ts';
import type { Database } from './database.ts';
import { databaseFailure } from './database-failure.ts';
import { serverVersion } from './version.ts';

/** The longest that a single attempt and all of them together may take while starting. */
export const START_PATIENCE_MS = 60_000;
/** Nobody hears of waits shorter than this. */
const QUIET_MS = 2_000;
const PAUSE_MS = 250;
const PAUSE_MOST_MS = 2_000;

export class DatabaseAwayError extends Error {
  constructor(reason: string, waitedMs: number, options?: ErrorOptions) {
    super(`The database did not answer within ${Math.round(waitedMs / 1000)} s: ${reason}`, options);
    this.name = 'DatabaseAwayError';
  }
}

/** Answers the server's version. */
export async function awaitDatabase(
  db: Database,
  clock: Clock,
  onWait: (line: string) => void,
  patienceMs = START_PATIENCE_MS,
): Promise<string> {
  const startedAtMs = clock.monotonic();
  const tell = teller(onWait, patienceMs);
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MOST_MS)) {
    const answered = new AbortController();
    void clock.sleep(QUIET_MS, answered.signal).then(() => {
      if (!answered.signal.aborted) tell('no answer yet');
    });
    try {
      return await serverVersion(db);
    } catch (error) {
      if (databaseFailure(error) !== 'unavailable') throw error;
      const reason = error instanceof Error ? error.message || error.name : String(error);
      const waitedMs = clock.monotonic() - startedAtMs;
      if (waitedMs + pauseMs > patienceMs) throw new DatabaseAwayError(reason, waitedMs, { cause: error });
      tell(reason);
    } finally {
      answered.abort();
    }
    await clock.sleep(pauseMs);
  }
}

/** Says each thing once. */
function teller(onWait: (line: string) => void, patienceMs: number): (reason: string) => void {
  const told = new Set<string>();
  return (reason) => {
    if (told.has(reason)) return;
    told.add(reason);
    onWait(`waiting for the database, up to ${Math.round(patienceMs / 1000)} s: ${reason}`);
  };
}
