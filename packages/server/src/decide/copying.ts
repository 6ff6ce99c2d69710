/** When a copy is tried again, when a fresh link is asked for, and when the clip has to be given up. */

export type CopyTrouble =
  /** 403, 404, 410: the link is dead; a fresh one may exist. */
  | { kind: 'link_dead'; status: number }
  /** The bytes are not a clip. */
  | { kind: 'not_a_clip' }
  | { kind: 'too_large' }
  /** Refused by our own address policy: no retry will change that. */
  | { kind: 'forbidden_address' }
  /** Network, upstream or storage trouble that passes. */
  | { kind: 'passing' };

export type CopyVerdict =
  | { kind: 'again'; atMs: number; freshLink: boolean }
  | { kind: 'give_up'; code: 'result_unavailable' | 'result_mismatch' };

/**
 * When a link dies: at the time that it or the vendor's answer names, or when links of this path are known to die,
 * whichever is earlier. `sinceMs` stands in where the vendor does not tell from when it counts: earlier is safer.
 */
export function linkEndMs(
  link: { expiresAtMs: number | null; livesFromMs: number | null },
  lifeSeconds: number | null,
  sinceMs: number,
): number | null {
  if (lifeSeconds === null) return link.expiresAtMs;
  const byLifeMs = (link.livesFromMs ?? sinceMs) + lifeSeconds * 1000;
  return link.expiresAtMs === null ? byLifeMs : Math.min(link.expiresAtMs, byLifeMs);
}

const FIRST_GAP_MS = 2_000;
const GAP_MOST_MS = 300_000;
const TRIES_OF_A_DEAD_LINK = 6;
const TRIES_OF_A_BAD_FILE = 3;

export function copyVerdict(
  trouble: CopyTrouble,
  copy: { tries: number; expiresAtMs: number | null; nowMs: number },
): CopyVerdict {
  const gapMs = Math.min(GAP_MOST_MS, FIRST_GAP_MS * 2 ** Math.min(copy.tries - 1, 12));
  const expired = copy.expiresAtMs !== null && copy.nowMs >= copy.expiresAtMs;
  const again: CopyVerdict = { kind: 'again', atMs: copy.nowMs + gapMs, freshLink: expired };
  switch (trouble.kind) {
    case 'link_dead':
      if (copy.tries >= TRIES_OF_A_DEAD_LINK) return { kind: 'give_up', code: 'result_unavailable' };
      return { ...again, freshLink: true };
    case 'not_a_clip':
      if (copy.tries >= TRIES_OF_A_BAD_FILE) return { kind: 'give_up', code: 'result_mismatch' };
      return { ...again, freshLink: true };
    case 'too_large':
    case 'forbidden_address':
      return { kind: 'give_up', code: 'result_unavailable' };
    case 'passing':
      // As long as the task lives: its deadline ends it, not a number of tries.
      return again;
  }
}
