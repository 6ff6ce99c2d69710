import type { Random } from './random.ts';

/** Ids made from then on do not sort before it, ids made earlier do: a range of ids is a range of time. */
export function firstIdAt(prefix: string, ms: number): string {
  return `${prefix}_${Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')}`;
}

/**
 * A UUIDv7 (RFC 9562) without dashes behind a prefix: `task_019f…`. Sorts by creation time, carries no
 * secret, and its prefix tells a reader what it names.
 */
export function newId(prefix: string, nowMs: number, random: Random): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.floor(nowMs)) << 16n);
  bytes.set(random.bytes(10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return `${prefix}_${Buffer.from(bytes).toString('hex')}`;
}
