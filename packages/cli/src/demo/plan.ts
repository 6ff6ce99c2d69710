/** `sluice demo plan`: a gateway of its own and the example workload; prints the answer and writes the report. */
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Invocation } from '../invocation.ts';
import { examplePlan } from '../planning/example.ts';
import { runPlan } from '../planning/run-plan.ts';
import { onStage } from './stage.ts';

export async function demoPlan(
  invocation: Invocation,
  flags: { output: string; dataDir?: string },
): Promise<void> {
  const { output, surroundings } = invocation;
  const folder = resolve(surroundings.cwd, flags.output);
  await mkdir(folder, { recursive: true });
  await onStage(invocation, { vendors: ['kling'], dataDir: flags.dataDir }, async ({ operator }) => {
    output.note('The traffic is an example; yours: sluice plan --help. Nothing is ordered, nobody is paid.');
    const html = join(relative(surroundings.cwd, folder) || '.', 'plan.html');
    await runPlan(invocation, operator, examplePlan(), html);
  });
}
