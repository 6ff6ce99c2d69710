/**
 * Short waits: leases, send windows and pauses before the next look, shrunk from minutes to seconds, so that a run
 * can kill a gateway a thousand times. What they wait for (that a process is surely dead, that the vendor's index
 * surely shows what it has) is true sooner here, because the emulator's index has no delay. `E2E_WAITS=real` leaves
 * all as it is.
 */
import type { Effects } from '@sluice/server';

export type Waits = 'short' | 'real';

export const SHORT = { leaseMs: 3_000, sendWindowMs: 2_500, sendStartWithinMs: 1_000 };
/** Looking into a real clip takes a processor for longer than that, where others want it too. */
const REAL_MEDIA_LEASE_MS = 12_000;
const NEXT_LOOK_MS = 400;
/** Of the provider's 30 s in which "not there" proves nothing, so much is passed over. */
const GRACE_SKIPPED_MS = 28_500;

export function shortenWaits(effects: Effects, media: 'real' | 'light'): void {
  effects.settings = media === 'real' ? { ...SHORT, leaseMs: REAL_MEDIA_LEASE_MS } : SHORT;
  const { submit, track, mirror, notify } = effects.store;
  const { claimLookups, recordUnknown, recordLookAgain, recordAccepted } = submit;
  submit.claimLookups = async (path, claim) =>
    (await claimLookups(path, claim)).map((row) => ({ ...row, sent_at: row.sent_at - GRACE_SKIPPED_MS }));
  submit.recordUnknown = (sends, nowMs) => recordUnknown(sends.map(soon), nowMs);
  submit.recordLookAgain = (lookups) => recordLookAgain(lookups.map(soon));
  submit.recordAccepted = (sends, nowMs) => recordAccepted(sends.map(soon), nowMs);
  const { recordStill } = track;
  track.recordStill = (stills, nowMs) => recordStill(stills.map(soon), nowMs);
  const { recordCopyAgain } = mirror;
  mirror.recordCopyAgain = (copies) =>
    recordCopyAgain(copies.map((copy) => ({ ...copy, copyAtMs: atMost(copy.copyAtMs) })));
  const { recordDeliveries } = notify;
  notify.recordDeliveries = (records, nowMs, failingSinceMs) =>
    recordDeliveries(
      records.map((record) => ({
        ...record,
        dueAtMs: record.dueAtMs === null ? null : atMost(record.dueAtMs),
      })),
      nowMs,
      failingSinceMs,
    );
}

function soon<Row extends { askAtMs: number }>(row: Row): Row {
  return { ...row, askAtMs: atMost(row.askAtMs) };
}

function atMost(ms: number): number {
  return Math.min(ms, Date.now() + NEXT_LOOK_MS);
}
