/**
 * Step of stage 3: what only this process knows, because an upstream has told it once, is written again while the
 * database is away for a moment. Many upstreams cannot be asked by our id: an accepted render that was not written down
 * would be paid for and never found.
 *
 * Each of these writes names the state that it leaves, so one that did happen and whose answer was lost changes nothing
 * the second time. If it dies in the middle, or the database is away for longer: as if the answer had been lost.
 */
import { databaseFailure, sqlState } from '../store/database-failure.ts';
import type { Context } from './context.ts';

/** A minute in all: longer than a restart of the database or a change of its leader takes. */
export const WRITE_GAPS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

export async function untilWritten(context: Context, write: () => Promise<void>): Promise<void> {
  for (const gapMs of WRITE_GAPS_MS) {
    try {
      return await write();
    } catch (error) {
      if (!mayPass(error)) throw error;
      await context.clock.sleep(gapMs);
    }
  }
  return write();
}

/** Not what the schema refuses, nor any other fault of ours that the server names. */
function mayPass(error: unknown): boolean {
  const failure = databaseFailure(error);
  return failure !== 'constraint' && (failure !== 'other' || sqlState(error) === null);
}
