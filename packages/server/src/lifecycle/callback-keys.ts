/**
 * The public keys with which vendors sign their callbacks, kept by path. They rotate, so they are asked for again
 * once a day, and when a signature fits none of them, but then at most once a minute: a stranger who sends forged
 * callbacks must not make us ask without end. Losing them to a restart costs one question.
 */
import type { Clock } from '../effects/clock/clock.ts';
import type { Drive } from '../providers/drive.ts';
import type { AccessPath } from './paths.ts';

export type CallbackKeys = {
  /** Those of a path; `fresh` when an answer by the kept ones was no. Empty where the vendor has none or is silent. */
  of(path: Asked, fresh: boolean): Promise<readonly unknown[]>;
};

type Asked = Pick<AccessPath, 'name' | 'provider' | 'context'>;

const KEEP_MS = 24 * 3_600_000;
const ASK_AGAIN_MS = 60_000;

export function callbackKeys(drive: Drive, clock: Clock): CallbackKeys {
  const kept = new Map<string, { keys: readonly unknown[]; askedAtMs: number }>();
  return {
    of: async (path, fresh) => {
      const { callbackKeys: ask } = path.provider;
      if (ask === null) return [];
      const nowMs = clock.now();
      const known = kept.get(path.name);
      const keepMs = fresh || known?.keys.length === 0 ? ASK_AGAIN_MS : KEEP_MS;
      if (known && nowMs - known.askedAtMs < keepMs) return known.keys;
      // Before the answer: many callbacks at once make one question.
      kept.set(path.name, { keys: known?.keys ?? [], askedAtMs: nowMs });
      const at = path.context(nowMs);
      const { outcome } = await drive.run(ask(at), at);
      const keys = outcome.kind === 'keys' ? outcome.keys : (known?.keys ?? []);
      kept.set(path.name, { keys, askedAtMs: nowMs });
      return keys;
    },
  };
}
