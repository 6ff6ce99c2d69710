/** I10: a success is a file that is there, whole, and the one that was rendered for this attempt. */
import { createHash } from 'node:crypto';
import { demand } from '../violation.ts';
import { readClip } from '../world/clips.ts';
import type { Change } from '../world/model.ts';
import type { AssetRow, TaskRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

export function checkAssets(world: World, change: Change): void {
  for (const { before, after } of change.tasks) {
    if (after.outcome === 'succeeded' && before?.outcome !== 'succeeded') checkSuccess(world, after);
  }
  for (const { before, after } of change.assets) {
    if (after.state === 'stored' && before?.state !== 'stored') checkStored(world, after);
  }
}

/** After an object was removed: nothing that is said to be stored was in it. */
export function checkAllAssets(world: World): void {
  for (const asset of world.observer.model.assets.values())
    if (asset.state === 'stored') checkStored(world, asset);
}

function checkSuccess(world: World, task: TaskRow): void {
  const stored = [...world.observer.model.assets.values()].filter(
    (asset) => asset.task_id === task.id && asset.kind === 'video' && asset.state === 'stored',
  );
  demand(stored.length === 1, 'I10', () => `task ${task.id} succeeded with ${stored.length} stored clips`);
}

function checkStored(world: World, asset: AssetRow): void {
  const bytes = world.storage.objects.get(asset.blob_key ?? '');
  const where = `${asset.kind} ${asset.id} of task ${asset.task_id}`;
  demand(
    bytes !== undefined,
    'I10',
    () => `${where} is said to be stored, but ${asset.blob_key} is not there`,
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  demand(sha256 === asset.sha256 && bytes.length === asset.bytes, 'I10', () => {
    return `${where}: ${asset.blob_key} holds other bytes than were recorded`;
  });
  if (asset.kind === 'video') checkOwner(world, asset, bytes);
}

function checkOwner(world: World, asset: AssetRow, bytes: Uint8Array): void {
  const clip = readClip(bytes);
  const attempt = world.observer.model.attempts.get(asset.attempt_id);
  demand(clip !== null, 'I10', () => `${asset.blob_key} of task ${asset.task_id} is no clip`);
  const own = clip.of === '' || clip.of.split(' ')[0] === attempt?.upstream_id;
  demand(own, 'I10', () => `task ${asset.task_id} got the clip of upstream task ${clip.of}`);
}
