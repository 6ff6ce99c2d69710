/** What a process holds now and held at most, as the kernel counts it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

export const Memory = z.object({ residentBytes: z.number(), peakBytes: z.number() });
export type Memory = z.infer<typeof Memory>;

let peakSeen = 0;

/** Where the kernel does not tell the peak, it is the largest of what was asked for so far. */
export async function readMemory(): Promise<Memory> {
  const residentBytes = process.memoryUsage.rss();
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kibibytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
  peakSeen = Math.max(peakSeen, residentBytes);
  return { residentBytes, peakBytes: Number.isNaN(kibibytes) ? peakSeen : kibibytes * 1024 };
}
