/**
 * One order over every path, laid side by side: what it was to cost, how long it took, how soon its end was noticed,
 * what is promised about a lost answer, how long the link lived, what the upstream took and what the customer paid. All
 * of it is read from the gateway, from the task and its timeline, as an operator could.
 */
import type { Path, Quote, Sluice, SystemStatus, Task, TimelineEntry } from '@sluice/sdk';
import { renderedSeconds, stageWord, waitedSeconds } from '../../order/task-words.ts';
import type { Paint } from '../../output/output.ts';
import { table } from '../../output/table.ts';
import { clean, count, NOTHING, span } from '../../output/text.ts';
import { type JobResult, PLAIN_ORDER } from '../jobs.ts';
import type { Vendor } from '../vendors.ts';

export type PathLine = {
  path: string;
  task: Task;
  savedAs: string | null;
  /** By the quote: the dearest that it may become. */
  price: { amount: string; currency: string };
  wait_seconds: number | null;
  render_seconds: number | null;
  /** From the upstream's end to our knowing it; null where nobody says when it ended. */
  detection_lag_ms: number | null;
  guarantee: Path['guarantee'];
  /** From the end of the render to the death of its link; null where neither vendor nor link says. */
  link_seconds: number | null;
  upstream_cost: { amount: string; currency: string; stated: { unit: string; amount: string } | null } | null;
  charge: Task['charge'];
};

export type Compared = {
  lines: PathLine[];
  /** Which of them an order without a wish of its own would take now, by policy. */
  choices: { policy: string; path: string; reason: string }[];
  ledger: SystemStatus['ledger'];
  seconds: number;
};

const POLICIES = ['cheapest', 'fastest', 'most_reliable'] as const;

export type Comparing = {
  sluice: Sluice;
  operator: Sluice;
  vendors: readonly Vendor[];
  jobs: readonly JobResult[];
  seconds: number;
};

export async function comparePaths(comparing: Comparing): Promise<Compared> {
  const { sluice, operator, jobs, seconds } = comparing;
  const { data: paths } = await operator.paths.list();
  const lines = await Promise.all(jobs.map((job) => lineOf(job, paths, comparing)));
  const choices = await Promise.all(POLICIES.map((policy) => choiceOf(policy, sluice)));
  const { ledger } = await operator.system.get();
  return { lines, choices, ledger, seconds };
}

async function lineOf(
  { title: path, task, savedAs }: JobResult,
  paths: readonly Path[],
  { sluice, operator, vendors }: Comparing,
): Promise<PathLine> {
  const found = paths.find(({ name }) => name === path);
  const vendor = vendors.find((each) => each.path.name === path);
  if (!found || !vendor) throw new Error(`there is no path ${path}`);
  const [quote, timeline] = await Promise.all([
    sluice.quotes.create({ ...PLAIN_ORDER, path }),
    operator.tasks.timeline(task.id),
  ]);
  return {
    path,
    task,
    savedAs,
    price: { amount: quote.price.maximum, currency: quote.price.currency },
    wait_seconds: waitedSeconds(task),
    render_seconds: renderedSeconds(task),
    guarantee: found.guarantee,
    charge: task.charge,
    ...factsIn(timeline.data, vendor),
  };
}

async function choiceOf(
  policy: (typeof POLICIES)[number],
  sluice: Sluice,
): Promise<Compared['choices'][number]> {
  const { path, reason }: Quote = await sluice.quotes.create({ ...PLAIN_ORDER, routing: { policy } });
  return { policy, path, reason };
}

/** What only the timeline tells; and the emulator, where the vendor's answers do not say when a task ended. */
export function factsIn(
  entries: readonly TimelineEntry[],
  { endedAtMs }: Pick<Vendor, 'endedAtMs'>,
): Pick<PathLine, 'detection_lag_ms' | 'link_seconds' | 'upstream_cost'> {
  const last = (kind: string): TimelineEntry | undefined => entries.findLast((entry) => entry.kind === kind);
  const ended = last('observation.ended');
  const booked = last('cost.booked')?.data;
  const expiresAt = last('copy.started')?.data.source_expires_at;
  const seenAtMs = ended ? Date.parse(ended.at) : null;
  const trueEndMs = endedAtMs(String(last('attempt.accepted')?.data.upstream_id));
  const statedLagMs = typeof ended?.data.lag_ms === 'number' ? ended.data.lag_ms : null;
  const lagMs = seenAtMs !== null && trueEndMs !== null ? Math.max(0, seenAtMs - trueEndMs) : statedLagMs;
  return {
    detection_lag_ms: lagMs,
    link_seconds:
      seenAtMs !== null && typeof expiresAt === 'string'
        ? (Date.parse(expiresAt) - seenAtMs + (lagMs ?? 0)) / 1000
        : null,
    upstream_cost: booked
      ? {
          amount: String(booked.amount),
          currency: String(booked.currency),
          stated: statedIn(ended?.data.cost),
        }
      : null,
  };
}

function statedIn(cost: unknown): { unit: string; amount: string } | null {
  if (typeof cost !== 'object' || cost === null || !('unit' in cost) || !('micros' in cost)) return null;
  return { unit: String(cost.unit), amount: decimal(BigInt(String(cost.micros))) };
}

function decimal(micros: bigint): string {
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(micros / 1_000_000n) : `${micros / 1_000_000n}.${fraction}`;
}

/** Whether every path delivered, and what it took is in the books. */
export function comparisonSucceeded({ lines, ledger }: Compared): boolean {
  const delivered = lines.every(
    ({ task, savedAs, upstream_cost: cost }) =>
      task.status === 'completed' && task.flags.length === 0 && savedAs !== null && cost !== null,
  );
  return lines.length > 0 && delivered && ledger.balanced;
}

export function comparedText(result: Compared, paint: Paint): string {
  const { color } = paint;
  const mark = (good: boolean): string => (good ? color.green('✓') : color.red('✗'));
  const { lines, ledger } = result;
  const saved = lines.filter(({ savedAs }) => savedAs !== null).length;
  const clips = count(lines.length, 'clip');
  const failures = lines.flatMap(({ path, task }) =>
    task.error ? [`  ${color.red(`${clean(path)}: ${task.error.code}, ${clean(task.error.message)}`)}`] : [],
  );
  return [
    linesTable(lines, paint),
    color.dim('noticed in: from the end of the render at the upstream until the gateway knew of it'),
    color.dim('link lives: by the link itself or the vendor’s terms (sluice dossier <path>), from that end'),
    '',
    `${mark(saved === lines.length)} ${saved} of ${clips} made and saved in ${span(result.seconds)}`,
    `${mark(ledger.balanced)} the ledger ${ledger.balanced ? 'balances' : `is off by ${ledger.drift}`}`,
    ...failures,
    '',
    'If an answer is lost:',
    ...promises(lines),
    '',
    'An order that names no path would take now:',
    ...result.choices.map(
      ({ policy, path, reason }) => `  ${policy.padEnd(13)}  ${clean(path)}: ${clean(reason)}`,
    ),
    '',
    color.dim(
      'All of this was sandbox: emulators rendered the clips, at a pace of their own; nobody was paid.',
    ),
    color.dim(
      'Prices are the published ones, or play prices where a vendor publishes none (sluice prices list).',
    ),
    'Next: sluice serve --sandbox=all, and the same paths stay. The guide: docs/guides/several-paths.md',
  ].join('\n');
}

/** The strongest first. Paths of one level may still differ in what they can be asked. */
function promises(lines: readonly PathLine[]): string[] {
  const paths = new Map<string, string[]>();
  for (const { path, guarantee } of lines) {
    const promise = `${guarantee.level}  ${clean(guarantee.text)}`;
    paths.set(promise, [...(paths.get(promise) ?? []), clean(path)]);
  }
  return [...paths]
    .sort(([one], [other]) => (one.slice(0, 2) < other.slice(0, 2) ? 1 : -1))
    .map(([promise, names]) => `  ${promise}\n      ${names.join(', ')}`);
}

function linesTable(lines: readonly PathLine[], paint: Paint): string {
  const currency = lines[0]?.price.currency ?? '';
  return table(
    [
      { title: 'path', cell: ({ path, task }) => pathCell(path, task, paint) },
      { title: `price ${currency}`, cell: ({ price }) => price.amount, align: 'right' },
      { title: 'wait', cell: ({ wait_seconds: seconds }) => span(seconds), align: 'right' },
      { title: 'render', cell: ({ render_seconds: seconds }) => span(seconds), align: 'right' },
      { title: 'noticed in', cell: ({ detection_lag_ms: ms }) => milliseconds(ms), align: 'right' },
      { title: 'lost answer', cell: ({ guarantee }) => guarantee.level, align: 'right' },
      { title: 'link lives', cell: ({ link_seconds: seconds }) => linkLife(seconds), align: 'right' },
      { title: 'upstream took', cell: ({ upstream_cost: cost }) => costText(cost), align: 'right' },
      { title: 'customer paid', cell: ({ charge }) => charge?.amount ?? NOTHING, align: 'right' },
    ],
    lines,
    paint,
  );
}

function pathCell(path: string, task: Task, { color }: Paint): string {
  return task.status === 'completed' ? clean(path) : color.red(`${clean(path)} ${stageWord(task.stage)}`);
}

function milliseconds(ms: number | null): string {
  if (ms === null) return NOTHING;
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)}s` : span(ms / 1000);
}

/** In the vendor's own unit where it states one; otherwise by the price sheet, which says so. */
function costText(cost: PathLine['upstream_cost']): string {
  if (cost === null) return NOTHING;
  const { stated } = cost;
  if (stated === null) return `${cost.amount} by price`;
  if (stated.unit === cost.currency) return cost.amount;
  const unit = stated.amount === '1' ? stated.unit : `${stated.unit}s`;
  return `${stated.amount} ${clean(unit)} = ${cost.amount}`;
}

/** Clocks differ by fractions of a second; nobody plans with the seconds of a day. */
function linkLife(seconds: number | null): string {
  return span(seconds === null ? null : Math.round(seconds / 60) * 60);
}
