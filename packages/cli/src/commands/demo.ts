/** `sluice demo`: four jobs over one path, or one job over every path; emulated upstreams, nobody is paid. */
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Sluice } from '@sluice/sdk';
import type { Command } from 'commander';
import { oneOf } from '../arguments.ts';
import { demoComparison } from '../demo/evidence/compare.ts';
import { JOBS, type Job, type JobResult, jobOn, runJob } from '../demo/jobs.ts';
import { startLiveTable } from '../demo/live-table.ts';
import { comparedText, comparePaths, comparisonSucceeded } from '../demo/paths/compare.ts';
import { demoPlan } from '../demo/plan.ts';
import { onStage, type Stage } from '../demo/stage.ts';
import { type DemoResult, demoSucceeded, summaryText } from '../demo/summary.ts';
import { readVendorNames } from '../demo/vendors.ts';
import type { Invocation, Register } from '../invocation.ts';
import { paintFor } from '../output/output.ts';

type DemoFlags = { output: string; dataDir?: string; paths?: string };

const MAX_SECONDS = 300;
/** For somebody who looks around afterwards. */
const STAYS_MS = 10 * 60_000;

/** What can be looked at without ordering anything. */
const SHOWS = oneOf('plan', 'compare');

export const register: Register = (command, context) => {
  command
    .argument(
      '[what]',
      '`plan`: simulate an example week; `compare`: every vendor for a month of clips',
      SHOWS,
    )
    .option('-o, --output <folder>', 'where to save the clips', 'demo-output')
    .option('--data-dir <folder>', 'keep the gateway there afterwards (default: a temporary folder)')
    .option('--paths <names>', 'one job over each of these paths instead: all, or names as in kling,fal')
    .action(async (what: 'plan' | 'compare' | undefined, flags: DemoFlags, invoked: Command) => {
      const invocation = context.begin(invoked, { asText: true });
      if (what === 'plan') await demoPlan(invocation, flags);
      else if (what === 'compare') await demoComparison(invocation, flags);
      else
        await (flags.paths === undefined ? demo(invocation, flags) : compare(invocation, flags, flags.paths));
    });
};

async function demo(invocation: Invocation, flags: DemoFlags): Promise<void> {
  const { output, surroundings } = invocation;
  const startedAtMs = surroundings.now();
  await onStage(invocation, { vendors: ['kling'], dataDir: flags.dataDir }, async (stage) => {
    const { url, dataDir, sluice, hooks } = stage;
    output.note(`Gateway ${url}, data in ${dataDir}. Ordering ${JOBS.length} clips.`);
    const jobs = await runJobs(JOBS, sluice, invocation, flags);
    await hooks.arrived(jobs.map(({ task }) => task.id));
    const { ledger } = await stage.operator.system.get();
    const result: DemoResult = {
      url,
      jobs,
      ledger,
      webhooks: { verified: hooks.count(), expected: jobs.length },
      seconds: (surroundings.now() - startedAtMs) / 1000,
    };
    output.result({ ...result, succeeded: demoSucceeded(result) }, (paint) => summaryText(result, paint));
    if (!demoSucceeded(result)) invocation.endBadly();
    await offerConsole(stage, invocation);
  });
}

async function compare(invocation: Invocation, flags: DemoFlags, names: string): Promise<void> {
  const { output, surroundings } = invocation;
  const startedAtMs = surroundings.now();
  const wanted = readVendorNames(names);
  await onStage(invocation, { vendors: wanted, dataDir: flags.dataDir }, async (stage) => {
    const { vendors, sandbox, sluice, operator } = stage;
    output.note(
      `Gateway ${stage.url}, data in ${stage.dataDir}. One clip over ${sandbox.paths.length} paths.`,
    );
    const jobs = await runJobs(sandbox.paths.map(jobOn), sluice, invocation, flags);
    const seconds = (surroundings.now() - startedAtMs) / 1000;
    const result = await comparePaths({ sluice, operator, vendors, jobs, seconds });
    const succeeded = comparisonSucceeded(result);
    output.result({ ...result, succeeded }, (paint) => comparedText(result, paint));
    if (!succeeded) invocation.endBadly();
    await offerConsole(stage, invocation);
  });
}

async function runJobs(
  jobs: readonly Job[],
  sluice: Sluice,
  { output, surroundings }: Invocation,
  flags: DemoFlags,
): Promise<JobResult[]> {
  const outputDir = resolve(surroundings.cwd, flags.output);
  await mkdir(outputDir, { recursive: true });
  const live = startLiveTable(
    jobs.map((job) => job.title),
    output.aside.screen,
    paintFor(output.aside.screen, surroundings),
  );
  const signal = AbortSignal.any([surroundings.interruption(), AbortSignal.timeout(MAX_SECONDS * 1000)]);
  const results = await Promise.all(
    jobs.map((job, at) => runJob(job, at, { sluice, live, outputDir, signal })),
  );
  live.end();
  const shown = relative(surroundings.cwd, outputDir) || '.';
  return results.map((result) => ({ ...result, savedAs: result.savedAs && join(shown, result.savedAs) }));
}

/** Somebody at a terminal may look around in what the demo made; scripts have what they came for. */
async function offerConsole(
  { operator, signal }: Stage,
  { output, surroundings }: Invocation,
): Promise<void> {
  if (!surroundings.stdout.isTerminal || signal.aborted) return;
  const { url } = await operator.session.createLink();
  output.note(
    ({ color }) =>
      `\nLook around: ${color.bold(url)}\n${color.dim('The gateway stays up for ten minutes; Ctrl-C ends it now.')}`,
  );
  const over = AbortSignal.any([signal, AbortSignal.timeout(STAYS_MS)]);
  if (over.aborted) return;
  await new Promise<void>((done) => {
    over.addEventListener('abort', () => done(), { once: true });
  });
}
