/** A plan's result on a terminal: the verdict, the five validations, tables, sparklines. */
import type { Plan, PlanOutcome, PlanResult } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { clean, NOTHING, span } from '../output/text.ts';

export function planText(plan: Plan, paint: Paint): string {
  const { result } = plan;
  const { bold, dim, green, red, yellow } = paint.color;
  if (result === null) {
    return `${bold(clean(plan.name))} ${plan.status}${plan.error === null ? '' : `: ${clean(plan.error)}`}`;
  }
  const tone = result.base.meets_target ? green : red;
  const advice = result.verdict.advice.map((line) => `  • ${clean(line)}`);
  const guesses = result.assumptions.filter(({ grade }) => grade === 'assumed');
  return [
    bold(clean(plan.name)),
    ...result.assumptions
      .filter(({ subject }) => TRAFFIC.includes(subject))
      .map(({ subject, value }) => dim(`${clean(subject)}: ${clean(value)}`)),
    tone(clean(result.verdict.sentence)),
    ...advice,
    '',
    bold('What to validate before launch'),
    validationsText(result, paint),
    '',
    sparkText(result.base, paint),
    '',
    pathsTable(result.base, paint),
    ...(result.needs && result.needs.length > 0 ? ['', needsTable(result, paint)] : []),
    ...(result.variants.length > 0 ? ['', variantsTable(result, paint)] : []),
    '',
    yellow(`${guesses.length} of ${result.assumptions.length} facts are assumed:`),
    ...guesses.map(({ subject, value }) => dim(`  ${clean(subject)}: ${clean(value)}`)),
  ].join('\n');
}

/** What was simulated stands before what came of it. */
const TRAFFIC: readonly string[] = ['traffic', 'orders left out'];

function validationsText({ validations }: PlanResult, { color }: Paint): string {
  const marks = {
    good: color.green('✓'),
    tight: color.yellow('!'),
    bad: color.red('✗'),
    unknown: color.dim('?'),
  };
  return Object.entries(validations)
    .map(([name, { answer, judgement, grade }]) => {
      const title = name.replaceAll('_', ' ');
      return `${marks[judgement]} ${color.bold(title)} ${color.dim(`(${grade})`)}\n  ${clean(answer)}`;
    })
    .join('\n');
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Not wider than this, whatever the number of steps. */
const SPARK_MOST = 84;

export function sparkline(values: readonly number[], most = Math.max(...values)): string {
  const width = Math.min(SPARK_MOST, values.length);
  const each = values.length / Math.max(1, width);
  return Array.from({ length: width }, (_, place) => {
    const part = values.slice(
      Math.floor(place * each),
      Math.max(Math.floor(place * each) + 1, Math.floor((place + 1) * each)),
    );
    const height = most <= 0 ? 0 : Math.max(...part) / most;
    return BARS[Math.min(BARS.length - 1, Math.floor(height * BARS.length))] ?? '';
  }).join('');
}

function sparkText({ curve }: PlanOutcome, { color }: Paint): string {
  const line = (title: string, values: readonly number[], unit: string) =>
    `${title.padEnd(8)} ${color.cyan(sparkline(values))} ${color.dim(`up to ${round(Math.max(...values))} ${unit}`)}`;
  return [
    line('ordered', curve.arriving, 'an hour'),
    line('waiting', curve.waiting_most, 'tasks'),
    line('running', curve.running, 'slots'),
  ].join('\n');
}

function pathsTable({ paths }: PlanOutcome, paint: Paint): string {
  return table(
    [
      { title: 'path', cell: ({ path }) => clean(path), flexible: true },
      { title: 'renders', cell: ({ attempts }) => round(attempts.mean), align: 'right' },
      { title: 'wait p50', cell: ({ wait }) => span(wait.p50.mean), align: 'right' },
      { title: 'p95', cell: ({ wait }) => span(wait.p95.mean), align: 'right' },
      { title: 'p99', cell: ({ wait }) => span(wait.p99.mean), align: 'right' },
      { title: 'stored p95', cell: ({ finish }) => span(finish.p95.mean), align: 'right' },
      {
        title: 'slots wanted',
        cell: ({ slots }) =>
          slots
            .map(({ slots: count, wanted_at_peak: wanted }) => `${round(wanted.mean)} of ${count}`)
            .join(', '),
        align: 'right',
      },
      {
        title: 'a day',
        cell: ({ cost_per_day: cost }) => `${Number(cost.mean).toFixed(2)} USD`,
        align: 'right',
      },
      {
        title: 'deposit lasts',
        cell: ({ runway_days: days }) => (days === null ? NOTHING : `${round(days.mean)} days`),
        align: 'right',
      },
    ],
    paths,
    paint,
  );
}

function needsTable({ needs, carries }: PlanResult, paint: Paint): string {
  const rows = needs ?? [];
  const told = table(
    [
      { title: 'the target needs', cell: ({ path, family }) => clean(`${path}, ${family}`), flexible: true },
      { title: 'slots now', cell: ({ slots_now: now }) => String(now), align: 'right' },
      {
        title: 'needed',
        cell: ({ slots_needed: needed }) => (needed === null ? 'more do not help' : String(needed)),
        align: 'right',
      },
      { title: '', cell: ({ because }) => clean(because) },
    ],
    rows,
    paint,
  );
  return carries === null ? told : `${told}\n${clean(carries.sentence)}`;
}

function variantsTable({ base, variants }: PlanResult, paint: Paint): string {
  const rows = [{ name: 'as asked', changes: '', outcome: base }, ...variants];
  const { green, red } = paint.color;
  return table(
    [
      { title: 'what if', cell: ({ name }) => clean(name), flexible: true },
      { title: 'changed', cell: ({ changes }) => clean(changes) },
      { title: 'target', cell: ({ outcome }) => (outcome.meets_target ? green('met') : red('missed')) },
      { title: 'wait p95', cell: ({ outcome }) => span(outcome.overall.wait.p95.mean), align: 'right' },
      { title: 'stored p95', cell: ({ outcome }) => span(outcome.overall.finish.p95.mean), align: 'right' },
      { title: 'backlog', cell: ({ outcome }) => round(outcome.peak.waiting.mean), align: 'right' },
      {
        title: '30 days',
        cell: ({ outcome }) =>
          `${Math.round(Number(outcome.cost_per_month.mean)).toLocaleString('en-US')} USD`,
        align: 'right',
      },
    ],
    rows,
    paint,
  );
}

function round(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 10) / 10);
}
