/**
 * What is told beside an order or a task, and is worth neither: when it may be expected to start and end. It may fail
 * and it may take too long; then it is lacking, and the log says so once, until it can be told again. It writes
 * nothing, so dying in the middle means nothing.
 */
import type { Context } from './context.ts';

/** Longer than a database takes that is well, shorter than anybody notices. */
export const BESIDE_AN_ORDER_MS = 200;
/** Whoever asks after a task has asked for this as well. */
export const BESIDE_A_TASK_MS = 2_000;

/** What is lacking now: said already. */
const lacking = new WeakMap<Context, Set<string>>();

/** Null: it is lacking. `without`: what goes on without it, for the log. */
export async function beside<Value>(
  context: Context,
  without: string,
  mostMs: number,
  ask: () => Promise<Value>,
): Promise<Value | null> {
  const said = lacking.get(context) ?? new Set();
  lacking.set(context, said);
  const over = new AbortController();
  try {
    const late = tooLate(context, mostMs, over.signal);
    const value = await Promise.race([ask(), late]);
    said.delete(without);
    return value;
  } catch (error) {
    if (!said.has(without)) {
      const why = error instanceof Error ? error.message : String(error);
      context.telemetry.log('warn', `${without}: ${why}`, { error: String(error) });
    }
    said.add(without);
    return null;
  } finally {
    over.abort();
  }
}

async function tooLate({ clock }: Context, mostMs: number, over: AbortSignal): Promise<never> {
  await clock.sleep(mostMs, over);
  // A process that was busy itself hears first what had come in the meantime.
  await clock.sleep(0, over);
  throw new Error(`no answer within ${mostMs} ms`);
}
