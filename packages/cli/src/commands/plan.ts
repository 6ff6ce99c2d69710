/** `sluice plan`: would these paths carry this traffic, at what cost, and what gives way first? */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CreatePlan, PlanPath, PlanWorkload } from '@sluice/sdk';
import type { Command } from 'commander';
import { collect, integer, positive } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import { runPlan } from '../planning/run-plan.ts';
import type { Surroundings } from '../surroundings.ts';

type PlanFlags = {
  workload?: string;
  trace?: string;
  history?: string;
  model?: string;
  seconds?: number;
  perHour?: number;
  days?: number;
  scale?: number;
  path?: string[];
  slots?: number;
  startWithin?: number;
  finishWithin?: number;
  whatSlots?: number;
  seeds?: number;
  search: boolean;
  html?: string;
};

export const register: Register = (command, context) => {
  command
    .option(
      '--workload <file>',
      'a whole question as JSON, as POST /v1/plans takes it; - reads standard input',
    )
    .option(
      '--trace <file>',
      'traffic as CSV: at, and where they differ model, mode, seconds, resolution, account',
    )
    .option('--history <days>', 'what was ordered here in so many days, as in 14d')
    .option('--per-hour <n>', 'so many tasks in every hour', positive)
    .option('-m, --model <model>', 'what is ordered, where traffic does not say', 'kling-3.0')
    .option('-s, --seconds <n>', 'how long the clips are', integer, 5)
    .option('--days <n>', 'how long to simulate with --per-hour (default: 7)', integer)
    .option('--scale <n>', 'so many times as much traffic', positive)
    .option('-p, --path <name>', 'over this path only; may be repeated (default: all active ones)', collect)
    .option('--slots <n>', 'as if each path ran so many tasks of a family at once', integer)
    .option('--start-within <seconds>', 'the target: 95 of 100 tasks start by then (default: 120)', positive)
    .option('--finish-within <seconds>', 'or: are stored by then', positive)
    .option('--what-slots <n>', 'beside it: the same with so many slots more', integer)
    .option('--seeds <n>', 'independent repetitions (default: 5)', integer)
    .option('--no-search', 'do not look for the slots that the target needs')
    .option('--html <file>', 'also write a report to read, print and send on')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanFlags, invoked: Command) => {
      const invocation = context.begin(invoked);
      const request = await readRequest(flags, context.surroundings);
      await runPlan(invocation, await invocation.connect('operator'), request, flags.html);
    });
};

const EXAMPLES = `
Nothing is ordered. What is measured here is used; what is not is declared, given or assumed, and said so.

Examples:
  $ sluice plan --per-hour 200 -m kling-3.0 -s 5 --start-within 60
  $ sluice plan --history 14d --scale 3 --html plan.html
  $ sluice plan --trace launch.csv --slots 20
  $ sluice plan --workload question.json --json | jq .result.verdict
`;

async function readRequest(flags: PlanFlags, surroundings: Surroundings): Promise<CreatePlan> {
  const sources = [flags.workload, flags.trace, flags.history, flags.perHour].filter(
    (each) => each !== undefined,
  );
  if (sources.length !== 1) {
    throw new UsageError(
      'Say what the traffic is.',
      'Give one of --workload, --trace, --history and --per-hour; or see an example: sluice demo plan',
    );
  }
  const read = (file: string): Promise<string> => readFile(resolve(surroundings.cwd, file), 'utf8');
  const changed = changesOf(flags);
  if (flags.workload !== undefined) {
    const whole: unknown = JSON.parse(await read(flags.workload === '-' ? '/dev/stdin' : flags.workload));
    if (typeof whole !== 'object' || whole === null) throw new UsageError('The file is not a JSON object.');
    return { ...(whole as CreatePlan), ...changed };
  }
  return { name: nameOf(flags), workload: await workloadOf(flags, read), ...changed };
}

function nameOf({ trace, history, perHour }: PlanFlags): string {
  if (trace !== undefined) return `Trace ${trace}`;
  return history !== undefined ? `What was ordered in ${history}` : `${perHour} tasks an hour`;
}

async function workloadOf(flags: PlanFlags, read: (file: string) => Promise<string>): Promise<PlanWorkload> {
  const scale = flags.scale === undefined ? {} : { scale: flags.scale };
  const clip = { model: flags.model ?? 'kling-3.0', seconds: flags.seconds ?? 5 };
  if (flags.trace !== undefined) return { kind: 'trace', csv: await read(flags.trace), clip, ...scale };
  if (flags.history !== undefined) {
    const days = /^(\d{1,2})d?$/.exec(flags.history)?.[1];
    if (days === undefined) throw new UsageError('--history takes days, as in 14d.');
    return { kind: 'history', days: Number(days), ...scale };
  }
  const days = flags.days === undefined ? {} : { days: flags.days };
  return { kind: 'described', tasks_per_hour: flags.perHour ?? 0, mix: [clip], ...days, ...scale };
}

function changesOf(flags: PlanFlags): Partial<CreatePlan> {
  const { path, slots, startWithin, finishWithin, whatSlots, seeds, search } = flags;
  const given = slots === undefined ? {} : { slots };
  const paths: PlanPath[] | undefined = path?.map((name) => ({ path: name, ...given }));
  if (slots !== undefined && paths === undefined) {
    throw new UsageError('--slots needs to know of which paths.', 'Name them with --path.');
  }
  return {
    ...(paths ? { paths } : {}),
    ...(startWithin === undefined && finishWithin === undefined
      ? {}
      : {
          target: {
            ...(startWithin === undefined ? {} : { start_within_seconds: startWithin }),
            ...(finishWithin === undefined ? {} : { finish_within_seconds: finishWithin }),
          },
        }),
    ...(whatSlots === undefined
      ? {}
      : { variants: [{ name: `${whatSlots} slots more`, slots_added: whatSlots }] }),
    ...(seeds === undefined ? {} : { seeds }),
    ...(search ? {} : { search }),
  };
}
