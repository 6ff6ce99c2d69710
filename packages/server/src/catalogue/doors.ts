/**
 * What clients of a foreign protocol call our models: one file for each door that needs one. A name stands for a model,
 * and for whatever else that protocol packs into it (a mode, a resolution), and for that protocol's own defaults.
 */
import { Mode, Resolution } from '@sluice/contract';
import { z } from 'zod';
import type { ModelLookup } from '../decide/order.ts';

const Told = z.strictObject({
  mode: Mode.optional(),
  quality: Resolution.optional(),
  sound: z.enum(['on', 'off']).optional(),
  duration: z.int().min(1).optional(),
  aspect_ratio: z.string().optional(),
  keep_original_sound: z.boolean().optional(),
});

const DoorModel = z.strictObject({
  name: z.string().min(1),
  /** What the name itself says. */
  order: Told.extend({ model: z.string() }),
  /** What this protocol takes where its client says nothing. */
  defaults: Told.omit({ mode: true }).default({}),
  /** Which of the door's ways of reading an input fits it. */
  form: z.string().optional(),
});
export type DoorModel = z.infer<typeof DoorModel>;

export const DoorNames = z.strictObject({
  id: z.string(),
  models: z.array(DoorModel),
  /** What makes a clip out of a clip, where the client names no model for it. */
  edits: z.strictObject({ model: z.string(), mode: Mode }).optional(),
});
export type DoorNames = z.infer<typeof DoorNames>;

/** Throws: a name that leads nowhere is a mistake of whoever wrote the file, to be seen at the start. */
export function refuseBrokenNames(doors: readonly DoorNames[], lookup: ModelLookup): void {
  for (const door of doors) {
    const seen = new Set<string>();
    for (const { name, order } of door.models) {
      if (seen.has(name)) throw new Error(`catalogue: doors/${door.id}.json has ${name} twice`);
      seen.add(name);
      refuseBroken(door.id, name, order, lookup);
    }
    if (door.edits) refuseBroken(door.id, 'edits', door.edits, lookup);
  }
}

function refuseBroken(
  door: string,
  name: string,
  order: { model: string; mode?: Mode | undefined },
  lookup: ModelLookup,
): void {
  const match = lookup.model(order.model);
  if (!match)
    throw new Error(`catalogue: doors/${door}.json: ${name} stands for ${order.model}, which is no model`);
  if (order.mode !== undefined && !match.model.modes[order.mode]) {
    throw new Error(`catalogue: doors/${door}.json: ${name} needs the mode ${order.mode} of ${order.model}`);
  }
}
