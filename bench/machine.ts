/** On what was measured, and how much of it others took meanwhile. Figures without these facts mean nothing. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export type Machine = {
  cores: number;
  processor: string;
  memoryGiB: number;
  node: string;
  system: string;
  load: number;
};

export function readMachine(): Machine {
  const [first] = cpus();
  return {
    cores: availableParallelism(),
    processor: first?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    system: `${process.platform} ${release()}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** Shares of all processor time since `from`, in percent; null where the system does not tell. */
export type Taken = { busy: number; stolen: number };

export type CpuTimes = { total: number; idle: number; stolen: number };

export async function readCpuTimes(): Promise<CpuTimes | null> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => null);
  const fields = text?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number);
  if (!fields || fields.some(Number.isNaN)) return null;
  const [, , , idle = 0, wait = 0, , , stolen = 0] = fields;
  return { total: fields.reduce((sum, value) => sum + value, 0), idle: idle + wait, stolen };
}

export function takenBetween(from: CpuTimes | null, to: CpuTimes | null): Taken | null {
  if (from === null || to === null || to.total <= from.total) return null;
  const all = to.total - from.total;
  return {
    busy: Math.round((100 * (all - (to.idle - from.idle))) / all),
    stolen: Math.round((100 * (to.stolen - from.stolen)) / all),
  };
}
