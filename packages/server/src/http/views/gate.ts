/** The gate as the API shows it: who looks decides whose names are in it. */
import type { GateFamily, GatePath, GateQueue, GateSnapshot } from '@sluice/contract';
import type { z } from 'zod';
import { effectiveLimit } from '../../decide/limits.ts';
import type { DrawnSlot, GatePicture } from '../../lifecycle/operate/gate-picture.ts';
import type { GateClipRow, GateLaneRow } from '../../store/gate.ts';
import type { SlotRow } from '../../store/stats.ts';
import { instant } from './instant.ts';
import type { TaskLinks } from './task.ts';

export type Looking = {
  /** Whose work is seen in full; null: everybody's. */
  own: string | null;
  nowMs: number;
  links: TaskLinks;
};

const LANES_SHOWN = 50;

export function gateView(
  picture: GatePicture,
  clips: readonly GateClipRow[],
  looking: Looking,
): z.infer<typeof GateSnapshot> {
  const families = [...new Set(picture.lanes.map((lane) => lane.family))];
  return {
    object: 'gate',
    at: instant(looking.nowMs),
    paths: picture.paths.map((path): z.infer<typeof GatePath> => {
      const { row, name } = path;
      const limits = picture.limits.filter((limit) => limit.path_name === name);
      const slots = picture.slots.filter((slot) => slot.path_name === name);
      return {
        name,
        provider: row.provider,
        sandbox: row.sandbox,
        state: row.state,
        health: row.health,
        health_until: instant(row.health_until),
        families: limits.map((limit) => familyView(limit, slots, looking)),
      };
    }),
    queue: families.map((family) =>
      queueView(
        family,
        picture.lanes.filter((lane) => lane.family === family),
        looking,
      ),
    ),
    finished: clips.map((clip) => clipView(clip, looking)),
  };
}

function familyView(
  limit: SlotRow,
  slots: readonly DrawnSlot[],
  looking: Looking,
): z.infer<typeof GateFamily> {
  const own = slots.filter((slot) => slot.family === limit.family);
  return {
    family: limit.family,
    configured: limit.configured,
    learned: limit.learned,
    effective: effectiveLimit(limit),
    occupied: Math.max(limit.occupied, own.length),
    unknown: limit.unknown,
    oldest_since: instant(own[0]?.sent_at ?? null),
    last_refusal_at: instant(limit.last_refusal_at),
    slots: own.map((slot) => slotView(slot, looking)),
  };
}

function slotView(slot: DrawnSlot, { own, nowMs }: Looking): z.infer<typeof GateFamily>['slots'][number] {
  const seen = own === null || own === slot.account_id;
  return {
    attempt_id: seen ? slot.attempt_id : null,
    task_id: seen ? slot.task_id : null,
    account: seen ? slot.account_id : null,
    state: slot.state,
    since: instant(slot.sent_at),
    usual_seconds: Math.round(slot.usualMs / 1000),
    late: nowMs - slot.sent_at > slot.lateMs,
  };
}

function queueView(
  family: string,
  lanes: readonly GateLaneRow[],
  { own }: Looking,
): z.infer<typeof GateQueue> {
  const seen = lanes.filter((lane) => own === null || lane.account_id === own).slice(0, LANES_SHOWN);
  const rest = lanes.filter((lane) => !seen.includes(lane));
  return {
    family,
    lanes: seen.map(({ account_id, name, weight, waiting, more, next_since }) => ({
      account: account_id,
      name,
      weight,
      waiting,
      more,
      next_since: instant(next_since),
    })),
    others: { accounts: rest.length, waiting: rest.reduce((sum, lane) => sum + lane.waiting, 0) },
  };
}

function clipView(clip: GateClipRow, { links }: Looking): z.infer<typeof GateSnapshot>['finished'][number] {
  return {
    task_id: clip.task_id,
    account: clip.account_id,
    path: clip.path_name,
    family: clip.family,
    rendered_at: instant(clip.rendered_at),
    copy: clip.state,
    poster_url: clip.poster_id === null ? null : links.assetLink(clip.poster_id).url,
  };
}
