/** `sluice verify`: measures a path with a few paid clips, after its worst case was shown and agreed to. */
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { PlanVerification, Sluice, Verification } from '@sluice/sdk';
import type { Command } from 'commander';
import { decimal, integer, list } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import { verificationReport } from '../evidence/verification-report.ts';
import { planText, stepLine, verificationText } from '../evidence/verification-words.ts';
import type { Invocation, Register } from '../invocation.ts';
import { startProgress } from '../output/progress.ts';
import { canAsk } from '../surroundings.ts';

type VerifyFlags = {
  budget?: string;
  model?: string;
  steps?: string[];
  concurrency?: number;
  image?: string;
  video?: string;
  yes?: boolean;
  by?: string;
  resume?: string;
  stop?: string;
  report?: string;
};

export const register: Register = (command, context) => {
  command
    .argument('<path>', 'the path to measure')
    .option('--budget <usd>', 'never spend more than this, by the price list of the path', decimal)
    .option('-m, --model <model>', 'the model to order (default: the cheapest that the path can do)')
    .option('--steps <list>', 'only these, as in credential,clips,concurrency', list)
    .option('--concurrency <n>', 'send at most so many side by side (default: 20)', integer)
    .option('--image <url>', 'a picture, for the modes that need one')
    .option('--video <url>', 'a video, for the modes that need one')
    .option('--yes', 'agree to the worst case without being asked')
    .option('--by <name>', 'who agrees, for the report (default: your login name)')
    .option('--resume <id>', 'show and follow one that was started before')
    .option('--stop <id>', 'stop one: nothing new is ordered, a link is not watched any more')
    .option('--report <file>', 'write the signed-off report there, in Markdown')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, flags: VerifyFlags, invoked: Command) => {
      const invocation = context.begin(invoked);
      const sluice = await invocation.connect('operator');
      const started = await begin(invocation, sluice, path, flags);
      const verification = await follow(invocation, sluice, started);
      await writeReport(invocation, verification, flags.report);
      invocation.output.result(verification, (paint) => verificationText(verification, paint));
      if (verification.steps.some(({ state }) => state === 'failed')) invocation.endBadly();
    });
};

const EXAMPLES = `
The plan is shown first and orders nothing. Once it is agreed to, the gateway carries it out, also while nobody
follows and after a restart. The life of a result link is watched for days after the rest is done.

Examples:
  $ sluice verify kling-main --budget 5
  $ sluice verify kling-main --budget 5 --yes --by "Ana Roth" --report kling-main.md
  $ sluice verify kling-main --budget 0 --steps credential,wallet
  $ sluice verify kling-main --resume ver_01…      what it has found by now
`;

async function begin(
  invocation: Invocation,
  sluice: Sluice,
  path: string,
  flags: VerifyFlags,
): Promise<Verification> {
  if (flags.stop !== undefined) return await sluice.verifications.stop(flags.stop);
  if (flags.resume !== undefined) return await sluice.verifications.get(flags.resume);
  if (flags.budget === undefined) {
    throw new UsageError('A budget is needed.', 'Give one in dollars, as in --budget 5.');
  }
  const plan = await sluice.verifications.plan(path, wishOf(flags, flags.budget));
  await agree(invocation, plan, flags.yes === true);
  const { id, worst_case: worstCase } = plan;
  const agreed = { confirmed_by: flags.by ?? userInfo().username, worst_case: worstCase };
  return await sluice.verifications.start(id, agreed);
}

function wishOf({ model, steps, concurrency, image, video }: VerifyFlags, budget: string): PlanVerification {
  return {
    budget,
    ...(model === undefined ? {} : { model }),
    // Their names are checked by the gateway, which says what is allowed.
    ...(steps === undefined ? {} : { steps: steps as NonNullable<PlanVerification['steps']> }),
    ...(concurrency === undefined ? {} : { concurrency_most: concurrency }),
    ...(image === undefined ? {} : { image }),
    ...(video === undefined ? {} : { video }),
  };
}

/** A script that did not say --yes is shown what it would agree to, and ends there. */
async function agree({ output, surroundings }: Invocation, plan: Verification, yes: boolean): Promise<void> {
  const nothing = 'Nothing was ordered.';
  if (!yes && !canAsk(surroundings)) {
    output.result(plan, (paint) => planText(plan, paint));
    throw new UsageError(nothing, 'Agree to the worst case with --yes.');
  }
  output.note((paint) => planText(plan, paint));
  if (yes) return;
  const message = `Order clips for at most ${plan.worst_case} USD on ${plan.path}?`;
  if (!(await surroundings.ask.confirm({ message }))) throw new UsageError(nothing);
}

/** Until nothing more is ordered. Whoever stops following stops nothing. */
async function follow(
  { output, surroundings }: Invocation,
  sluice: Sluice,
  { id }: Verification,
): Promise<Verification> {
  const progress = startProgress(output);
  const told = new Set<string>();
  try {
    return await sluice.verifications.wait(id, {
      signal: surroundings.interruption(),
      onProgress: ({ steps }) => {
        for (const step of steps) {
          if (step.ended_at === null || told.has(step.kind)) continue;
          told.add(step.kind);
          output.note((paint) => stepLine(step, paint));
        }
        const running = steps.find(({ state }) => state === 'running');
        progress.show(
          running?.kind ?? 'waiting',
          () => `${running?.kind ?? 'waiting'}: ${running?.what ?? ''}`,
        );
      },
    });
  } finally {
    progress.end();
  }
}

async function writeReport(
  { output, surroundings }: Invocation,
  verification: Verification,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) return;
  await writeFile(resolve(surroundings.cwd, file), verificationReport(verification));
  output.note(`Report: ${file}`);
}
