/** Asks for a plan, shows how far it is, writes the report, prints the result. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CreatePlan, Plan, Sluice } from '@sluice/sdk';
import type { Invocation } from '../invocation.ts';
import { bar, startProgress } from '../output/progress.ts';
import { planText } from './plan-words.ts';

export async function runPlan(
  invocation: Invocation,
  sluice: Sluice,
  request: CreatePlan,
  html: string | undefined,
): Promise<Plan> {
  const { output, surroundings } = invocation;
  const created = await sluice.plans.create(request);
  const progress = startProgress(output);
  const signal = surroundings.interruption();
  try {
    const plan = await sluice.plans.wait(created.id, {
      signal,
      onProgress: ({ status, progress: share }) =>
        progress.show(
          status,
          (paint) => `simulating ${bar(share * 100, 30, paint)} ${Math.round(share * 100)} %`,
        ),
    });
    progress.end();
    if (plan.result !== null && html !== undefined) {
      const file = resolve(surroundings.cwd, html);
      await writeFile(file, await sluice.plans.report(plan.id));
      output.note(`Report: ${file}`);
    }
    output.result(plan, (paint) => planText(plan, paint));
    if (plan.status !== 'done') invocation.endBadly();
    return plan;
  } finally {
    progress.end();
  }
}
