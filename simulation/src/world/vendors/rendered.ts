/** What the emulators of one build have in common: their log, their jobs and how these come to an end. */
import type { RendererEmulator } from '@sluice/emulators/renderer/world.ts';
import type { AttemptState } from '@sluice/server/decide/task.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { Dice } from '../../dice.ts';
import { tokenIn, type Vendor, type VendorJob } from './vendor.ts';

type Common = Pick<
  Vendor,
  'handle' | 'accepts' | 'nextChange' | 'dueCallbacks' | 'callbackAnswered' | 'forget' | 'heal'
>;

const ORDERED_SECONDS = 5;

export function rendered<Order>(
  emulator: RendererEmulator<Order>,
  { clock, dice, heal }: { clock: Clock; dice: Dice; heal: () => void },
): Common {
  const { all } = emulator.jobs;
  return {
    handle: emulator.handle,
    accepts: () =>
      emulator.accepts.map(({ id }) => ({ id, mark: tokenIn(all.get(id)?.callbackUrl ?? '') ?? '' })),
    nextChange: emulator.nextChange,
    dueCallbacks: emulator.dueCallbacks,
    callbackAnswered: emulator.callbackAnswered,
    // Nobody says that it loses jobs.
    forget: () => {},
    heal: () => {
      heal();
      for (const job of all.values()) {
        job.faults.length = 0;
        if (job.endsAt !== null || job.clip === null) continue;
        job.startsAt = clock.now() + dice.whole(1_000, 5_000);
        emulator.jobs.plan(job, { clip: job.clip, seconds: ORDERED_SECONDS, failure: null });
      }
    },
  };
}

/** `charged`: what it took, from the vendor's own account of it; null: it does not tell. */
export function renderedJob<Order>(
  emulator: RendererEmulator<Order>,
  id: string,
  nowMs: number,
  charged: ((order: Order) => number) | null,
  { cancelled = 'canceled' }: { cancelled?: AttemptState } = {},
): VendorJob | null {
  const job = emulator.jobs.all.get(id);
  if (job === undefined) return null;
  const over = job.endsAt !== null && job.endsAt <= nowMs;
  const end = job.end.state === 'cancelled' ? cancelled : job.end.state;
  return {
    ends: over ? [end] : [],
    chargedMicros: charged === null ? null : charged(job.order),
    contradicted: false,
    forgotten: false,
  };
}
