/** A plan as it is handed to the thread that works on it: everything resolved, nothing left to look up. */
import type { CreatePlan, PlanAssumption } from '@sluice/contract';
import type { Target } from './outcome.ts';
import type { Workload, World } from './world.ts';

export type PlanCase = { name: string; changes: string; world: World; workload: Workload };

export type PlanJob = {
  base: PlanCase;
  variants: readonly PlanCase[];
  target: Target;
  retentionDays: number;
  storageBytes: number | null;
  seeds: number;
  seed: number;
  search: boolean;
  retry: CreatePlan['retry'];
  assumptions: readonly PlanAssumption[];
};
