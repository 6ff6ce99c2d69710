/** Two independent readings of one vendor: every order that an adapter declares is sent to the emulator. */
import { createDrive } from '../drive.ts';
import type { Subject } from './subject.ts';

/** What the emulator did not take, which is nothing when both have read the documents alike. */
export async function notTaken(subject: Subject): Promise<unknown[]> {
  const refusals: unknown[] = [];
  for (const { about, path, order } of subject.accepted) {
    const stage = subject.emulated?.open(path);
    if (!stage) return ['there is no emulator'];
    const drive = createDrive({
      outbound: stage.outbound,
      clock: { now: stage.nowMs, monotonic: stage.nowMs },
    });
    const at = stage.path();
    const { outcome } = await drive.runSubmit(subject.provider.submit(at, order, subject.ids), at);
    if (outcome.kind !== 'accepted') refusals.push([path, about, outcome]);
  }
  return refusals;
}
