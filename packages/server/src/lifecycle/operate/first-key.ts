/**
 * The first operator key: made by the first start, shown once, and kept as a hash like every key.
 *
 * If the process dies before the key was shown, nobody has it: the next start ends that key and shows a new one, until
 * a start reports that its key was seen. At no time does more than one first key work. Processes that start together
 * agree on one maker: the others see an unseen key, give its maker a moment to show it, and take over only when it
 * does not.
 */
import type { Context } from '../context.ts';
import { newKey } from './keys.ts';

export type FirstKey = {
  text: string;
  /** To be called when the key is where its owner finds it. False: another process showed a newer one. */
  shown(): Promise<boolean>;
};

/** A start takes much less than this from making the key to showing it. */
const SHOWING_MS = 5_000;
const LOOK_EVERY_MS = 250;
/** Marking is tried for as long as a start waits for its database. */
const MARK_TRIES = 60;
const MARK_AGAIN_MS = 500;

export async function firstOperatorKey(
  context: Pick<Context, 'clock' | 'random' | 'store'>,
): Promise<FirstKey | null> {
  const { clock, store } = context;
  const unseen = await unseenKey(context);
  if (unseen === 'settled') return null;
  if (unseen === null && (await store.keys.countOperatorKeys(clock.now())) > 0) return null;
  const { text, key } = newKey(
    context,
    {
      name: 'first operator key',
      account: null,
      scopes: ['operator'],
      budget: null,
      budget_period: 'total',
      max_in_flight: null,
      expires_at: null,
    },
    null,
  );
  if (!(await store.keys.insertFirstKey(key, unseen, clock.now()))) return null;
  return { text, shown: () => markShown(context, key.id) };
}

/** A database that is slow just now must not end the start, nor the key with the next one. */
async function markShown({ clock, store }: Pick<Context, 'clock' | 'store'>, id: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.keys.markFirstKeyShown(id);
    } catch (error) {
      if (tries === MARK_TRIES) throw error;
      await clock.sleep(MARK_AGAIN_MS);
    }
  }
}

/** The id of a key that its maker did not show, null when none was ever made. */
async function unseenKey({
  clock,
  store,
}: Pick<Context, 'clock' | 'store'>): Promise<string | null | 'settled'> {
  let unseen: string | null = null;
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const first = await store.keys.firstKey();
    if (first.state === 'shown') return 'settled';
    if (first.state === 'none') return null;
    // Another process took over from the one that we waited for: it has its moment as well.
    if (first.id !== unseen) waitedMs = 0;
    unseen = first.id;
    if (waitedMs >= SHOWING_MS) return unseen;
    await clock.sleep(LOOK_EVERY_MS);
  }
}
