/** A plan's result as one page: the verdict, the five validations, charts, tables, assumptions. */
import type { CreatePlan, PlanOutcome, PlanResult } from '@sluice/contract';
import { percent, seconds, whole } from '../words.ts';
import { barChart, lineChart } from './chart.ts';
import { STYLE } from './style.ts';
import { escaped } from './text.ts';

export type Reported = { name: string; createdAt: string; request: CreatePlan; result: PlanResult };

export function planReport({ name, createdAt, request, result }: Reported): string {
  const { verdict, base, simulated } = result;
  const good = base.meets_target;
  const body = [
    `<h1>${escaped(name)}</h1>`,
    `<p class="soft">Capacity plan of ${createdAt.slice(0, 16).replace('T', ' ')} UTC: ` +
      `${whole(simulated.tasks)} tasks in ${simulated.runs} simulations of ${whole(simulated.days)} days, ` +
      `${request.seeds} seeds. Ranges are 95 % confidence over the seeds.</p>`,
    `<div class="verdict ${good ? '' : 'bad'}"><p>${escaped(verdict.sentence)}</p>${list(verdict.advice)}</div>`,
    cards(base),
    `<h2>What to validate before launch</h2>`,
    ...Object.entries(result.validations).map(([id, check]) => checkSection(id, check)),
    `<h2>Over time</h2>`,
    charts(base, request),
    `<h2>Paths</h2>`,
    pathTable(base),
    slotTable(base),
    ...(result.needs === null ? [] : [`<h2>What the target needs</h2>`, needTable(result)]),
    ...(result.variants.length === 0 ? [] : [`<h2>What if</h2>`, variantPart(result, request)]),
    `<h2>Accounts and clips</h2>`,
    flowTable(base),
    `<h2>What this rests on</h2>`,
    assumptionTable(result),
  ].join('\n');
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(name)}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>` +
    `<body><main>${body}</main></body></html>`
  );
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
}

function cards({
  overall,
  peak,
  cost_per_month: cost,
  cost_per_delivered_second: second,
  forecast,
}: PlanOutcome): string {
  const told: [string, string, string][] = [
    ['Wait, 95th percentile', seconds(overall.wait.p95.mean), `median ${seconds(overall.wait.p50.mean)}`],
    [
      'Order to stored clip, 95 %',
      seconds(overall.finish.p95.mean),
      `median ${seconds(overall.finish.p50.mean)}`,
    ],
    ['Most wanted at once', whole(peak.wanted.mean), `${whole(peak.running.mean)} ran at once`],
    ['Longest backlog', whole(peak.waiting.mean), 'tasks waiting'],
    [
      'Cost of 30 days',
      `$${dollars(cost.mean)}`,
      second === null ? '' : `$${second.mean} per delivered second`,
    ],
    [
      'Told ends that held',
      forecast.held === null ? '–' : percent(forecast.held.mean),
      'of four in five promised',
    ],
  ];
  return `<div class="cards">${told
    .map(
      ([title, value, more]) =>
        `<div class="card"><small>${title}</small><b>${value}</b><small>${more}</small></div>`,
    )
    .join('')}</div>`;
}

function dollars(decimal: string): string {
  return Math.round(Number(decimal)).toLocaleString('en-US');
}

function checkSection(
  id: string,
  { question, answer, judgement, figures, grade }: PlanResult['validations'][keyof PlanResult['validations']],
): string {
  const rows = figures.map(
    ({ name, unit, value, low, high }) =>
      `<tr><td>${escaped(name)}</td><td class="n">${number(value)} ${escaped(unit)}</td>` +
      `<td class="n soft">${low === high ? '' : `${number(low)} to ${number(high)}`}</td></tr>`,
  );
  return (
    `<section class="check" id="${id}"><h3>${escaped(question)}` +
    `<span class="judgement ${judgement}">${judgement}</span></h3>` +
    `<p>${escaped(answer)} <span class="soft">Weakest evidence: ${grade}.</span></p>` +
    `<table>${rows.join('')}</table></section>`
  );
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 100) / 100);
}

function charts({ curve, paths }: PlanOutcome, { workload }: CreatePlan): string {
  const axis = { stepSeconds: curve.step_seconds, weekly: workload.kind === 'described' };
  const slots = paths.flatMap(({ slots: each }) => each.map(({ slots: count }) => count));
  const total = slots.reduce((sum, count) => sum + count, 0);
  return [
    lineChart(
      'Traffic',
      'tasks per hour',
      [{ name: 'ordered', values: curve.arriving, tone: 'first' }],
      axis,
    ),
    lineChart(
      'Backlog',
      'tasks waiting',
      [
        { name: 'longest of the seeds', values: curve.waiting_most, tone: 'second' },
        { name: 'mean', values: curve.waiting, tone: 'first' },
      ],
      axis,
    ),
    lineChart(
      `Slots taken, of ${total}`,
      'attempts upstream',
      [{ name: 'taken', values: curve.running, tone: 'third' }],
      axis,
    ),
  ].join('');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((title, index) => `<th${index === 0 ? '' : ' class="n"'}>${escaped(title)}</th>`);
  const lines = rows.map(
    (cells) =>
      `<tr>${cells.map((cell, index) => `<td${index === 0 ? '' : ' class="n"'}>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table><tr>${heads.join('')}</tr>${lines.join('')}</table></div>`;
}

function pathTable({ paths }: PlanOutcome): string {
  return table(
    [
      'path',
      'renders',
      'failed',
      'wait p95',
      'stored p95',
      'refused',
      'a day',
      'per second',
      'deposit lasts',
      'links late',
    ],
    paths.map((path) => [
      path.path,
      whole(path.attempts.mean),
      whole(path.failed.mean),
      seconds(path.wait.p95.mean),
      seconds(path.finish.p95.mean),
      whole(path.refusals.no_slot.mean + path.refusals.throttled.mean),
      `$${dollars(path.cost_per_day.mean)}`,
      path.cost_per_delivered_second === null ? '–' : `$${path.cost_per_delivered_second.mean}`,
      path.runway_days === null ? '–' : `${number(path.runway_days.mean)} days`,
      whole(path.links_at_risk.mean + path.links_expired.mean),
    ]),
  );
}

function slotTable({ paths }: PlanOutcome): string {
  return table(
    ['slots', 'there are', 'the busiest hour wants', 'taken in it', 'taken on average'],
    paths.flatMap(({ path, slots }) =>
      slots.map((row) => [
        `${path}, ${row.family}`,
        whole(row.slots),
        whole(row.wanted_at_peak.mean),
        percent(row.busiest_hour_use.mean),
        percent(row.use.mean),
      ]),
    ),
  );
}

function needTable({ needs, carries }: PlanResult): string {
  const rows = (needs ?? []).map((need) => [
    `${need.path}, ${need.family}`,
    String(need.slots_now),
    need.slots_needed === null ? 'more do not help' : String(need.slots_needed),
    need.because,
  ]);
  const sentence = carries === null ? '' : `<p>${escaped(carries.sentence)}</p>`;
  return sentence + table(['path and family', 'slots now', 'slots needed', ''], rows);
}

function variantPart({ base, variants }: PlanResult, { target }: CreatePlan): string {
  const all = [{ name: 'as asked', changes: '', outcome: base }, ...variants];
  const bars = all.map(({ name, outcome }) => ({
    name,
    value: outcome.overall.wait.p95.mean,
    low: outcome.overall.wait.p95.low,
    high: outcome.overall.wait.p95.high,
    tone: outcome.meets_target ? ('third' as const) : ('second' as const),
  }));
  const rows = all.map(({ name, changes, outcome }) => [
    name,
    changes,
    outcome.meets_target ? 'yes' : 'no',
    seconds(outcome.overall.wait.p50.mean),
    seconds(outcome.overall.wait.p95.mean),
    seconds(outcome.overall.finish.p95.mean),
    whole(outcome.peak.waiting.mean),
    `$${dollars(outcome.cost_per_month.mean)}`,
  ]);
  return (
    barChart(
      'Wait, 95th percentile',
      'green meets the target',
      bars,
      target.start_within_seconds ?? null,
      seconds,
    ) +
    table(['case', 'changed', 'meets it', 'wait p50', 'wait p95', 'stored p95', 'backlog', '30 days'], rows)
  );
}

function flowTable({ accounts, clips }: PlanOutcome): string {
  const rows = [
    ...accounts.map(({ account, ...flow }) => ({ name: account, flow })),
    ...clips.map(({ clip, ...flow }) => ({ name: clip, flow })),
  ];
  return table(
    ['who or what', 'clips stored', 'wait p50', 'wait p95', 'wait p99', 'stored p95'],
    rows.map(({ name, flow }) => [
      name,
      whole(flow.tasks.mean),
      seconds(flow.wait.p50.mean),
      seconds(flow.wait.p95.mean),
      seconds(flow.wait.p99.mean),
      seconds(flow.finish.p95.mean),
    ]),
  );
}

function assumptionTable({ assumptions }: PlanResult): string {
  const rows = assumptions.map(
    ({ subject, value, grade, source }) =>
      `<tr><td>${escaped(subject)}</td><td>${escaped(value)}</td>` +
      `<td class="${grade === 'assumed' ? 'tight' : ''}">${grade}</td><td class="soft">${escaped(source)}</td></tr>`,
  );
  return (
    `<p class="soft">measured: seen here. declared: the vendor says so. given: said in the question. assumed: nobody ` +
    `knows; find out before you rely on it.</p>` +
    `<div class="wide"><table><tr><th>fact</th><th>value</th><th>grade</th><th>source</th></tr>` +
    `${rows.join('')}</table></div>`
  );
}
