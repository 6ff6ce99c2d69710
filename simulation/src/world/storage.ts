/** The store of a world: one for all nodes, full at times, broken at times, lying at times. */
import type { Blobs } from '@sluice/server/effects/blobs/blobs.ts';
import {
  type BlobFault,
  type BlobOperation,
  createMemoryBlobs,
  type MemoryBlobs,
} from '@sluice/server/effects/blobs/memory.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { Dice } from '../dice.ts';
import type { Climate } from './climate.ts';

export type Storage = { blobs: Blobs; objects: MemoryBlobs['objects']; heal(): void };

const PLENTY_BYTES = 1024 ** 4;

export function createStorage(
  clock: Clock,
  startMs: number,
  dice: Dice,
  climate: Climate['storage'],
  hit: (point: string) => void,
): Storage {
  /** Objects that are stored with a wrong bit, or whose last reading had one. */
  const spoiled = new Set<string>();
  const misread = new Set<string>();
  let healed = false;

  function full(): boolean {
    const passedMs = clock.now() - startMs;
    return !healed && passedMs >= climate.fullFromMs && passedMs < climate.fullUntilMs;
  }

  function fault(operation: BlobOperation): BlobFault | null {
    const drawn = healed ? null : draw(operation);
    if (drawn) hit(`storage ${operation.kind} ${drawn.kind}${'code' in drawn ? ` ${drawn.code}` : ''}`);
    return drawn;
  }

  function draw(operation: BlobOperation): BlobFault | null {
    if (operation.kind === climate.full && full()) return { kind: 'fail', code: 'ENOSPC' };
    if (dice.chance(climate.failRate)) return { kind: 'fail', code: 'EIO' };
    if (dice.chance(climate.failAfterRate)) return { kind: 'fail_after', code: 'EIO' };
    if (operation.kind === 'publish' && dice.chance(climate.lieRate)) return { kind: 'lie' };
    return drawFlip(operation);
  }

  /**
   * The same bit is wrong every time, so it is never wrong twice in a row: two wrong readings would look like damage at
   * rest, and a wrong reading of a wrong object would be right.
   */
  function drawFlip(operation: BlobOperation): BlobFault | null {
    if (operation.kind !== 'publish' && operation.kind !== 'read') return null;
    const wrong = dice.chance(climate.flipRate) && !(operation.kind === 'read' && spoiled.has(operation.key));
    if (wrong) spoiled.add(operation.key);
    else if (operation.kind === 'publish' || misread.has(operation.key)) spoiled.delete(operation.key);
    if (wrong && operation.kind === 'read') misread.add(operation.key);
    else misread.delete(operation.key);
    return wrong ? { kind: 'flip' } : null;
  }

  const memory = createMemoryBlobs({ fault });
  return {
    objects: memory.objects,
    blobs: { ...memory, freeBytes: async () => (full() ? 0 : PLENTY_BYTES) },
    heal: () => {
      healed = true;
    },
  };
}
