/** What a path's own traffic showed, in words and a table of its renders. */
import type { PathMeasures } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { fields, table } from '../output/table.ts';
import { clean, moment, NOTHING } from '../output/text.ts';
import { promisesTable } from './promises-words.ts';

type Spread = PathMeasures['submit_ms'];

export function measuresText(measures: PathMeasures, paint: Paint): string {
  const { color } = paint;
  const { path, attempts, from, to } = measures;
  const head = `${color.bold(clean(path))}  ${attempts} attempts from ${moment(from)} to ${moment(to)} UTC`;
  if (attempts === 0) return `${head}\n\nNothing ended in this time, so nothing was measured.`;
  const parts = [head, fields(throughput(measures), paint), fields(quality(measures), paint)];
  const told = measures.promises.length === 0 ? [] : [promisesTable(measures.promises, paint)];
  return [...parts, rendersTable(measures, paint), ...told, fields(money(measures), paint)].join('\n\n');
}

function throughput(measures: PathMeasures): [string, string | null][] {
  const { limits, refusals, most_in_flight: most, hours } = measures;
  const learned = limits.map(({ family, configured, learned: limit, refusals: times }) => {
    const set = configured === null ? '' : `, set to ${configured}`;
    return `${clean(family)}: ${limit ?? 'none'} learned${set}, refused ${times} times`;
  });
  const busiest = hours.reduce((best, hour) => (hour.most_in_flight > best.most_in_flight ? hour : best));
  return [
    ['at once', `${most} at most, in the hour of ${moment(busiest.hour)}`],
    ['limits', learned.join('\n') || null],
    ['limit by hour', hourLimits(hours) || null],
    [
      'refusals',
      refusals.map(({ kind, count, share }) => `${clean(kind)}: ${count} (${percent(share)})`).join('\n') ||
        'none',
    ],
    ['submit', spreadText(measures.submit_ms)],
    ['queue wait', spreadText(measures.queue_wait_ms)],
  ];
}

/** Only the hours in which another number held than in the one before, of families that ran. */
function hourLimits(hours: PathMeasures['hours']): string {
  const lines: string[] = [];
  const last = new Map<string, string>();
  for (const { hour, limits } of hours) {
    const moved = limits.flatMap(({ family, least, most }) => {
      const now = least === most ? String(most) : `${least} to ${most}`;
      if (last.get(family) === now) return [];
      last.set(family, now);
      return [`${clean(family)} ${now}`];
    });
    if (moved.length > 0) lines.push(`${moment(hour)}: ${moved.join(', ')}`);
  }
  const shown = lines.slice(-HOURS_SHOWN);
  return lines.length > shown.length
    ? [`the last ${shown.length} of ${lines.length} changes`, ...shown].join('\n')
    : shown.join('\n');
}

const HOURS_SHOWN = 12;

function quality(measures: PathMeasures): [string, string | null][] {
  const { callbacks, ends, links, length } = measures;
  const arrived = `${callbacks.arrived} of ${callbacks.expected}, ${callbacks.verified} with a good signature`;
  const life = links.stated_life_seconds;
  return [
    [
      'end noticed',
      measures.detection_lag_ms === null
        ? 'the vendor does not date ends'
        : spreadText(measures.detection_lag_ms),
    ],
    ['callbacks', callbacks.expected === 0 ? 'no address was given' : arrived],
    ['callback after', spreadText(callbacks.delay_ms)],
    ['saved within', spreadText(measures.save_ms)],
    ['failed', percent(ends.failure_share)],
    ['moderated', percent(ends.moderation_share)],
    ['links stated', life === null ? null : `${life.least} s to ${life.most} s; ${links.lost} clips lost`],
    ['length', length.ratio === null ? null : `${percent(length.ratio)} of what was ordered`],
  ];
}

function money({
  money: { cost, cost_of_failures: wasted, per_delivered_second: price },
}: PathMeasures): [string, string][] {
  return [
    ['taken', `${cost} USD, of it ${wasted} USD for nothing delivered`],
    ['per delivered second', price === null ? 'nothing was delivered' : `${price} USD`],
  ];
}

function rendersTable({ renders }: PathMeasures, paint: Paint): string {
  return table(
    [
      { title: 'model', cell: ({ model }) => clean(model), flexible: true },
      { title: 'mode', cell: ({ mode }) => clean(mode) },
      { title: 'clip', cell: ({ seconds, resolution }) => `${seconds ?? 'as input'} s ${clean(resolution)}` },
      { title: 'rendered', cell: ({ rendered }) => String(rendered), align: 'right' },
      { title: 'failed', cell: ({ failed }) => String(failed), align: 'right' },
      { title: 'render p50', cell: ({ render_ms: ms }) => secondsText(ms?.p50), align: 'right' },
      { title: 'p95', cell: ({ render_ms: ms }) => secondsText(ms?.p95), align: 'right' },
      { title: 'cost', cell: ({ cost }) => `${cost} USD`, align: 'right' },
    ],
    renders,
    paint,
  );
}

function spreadText(spread: Spread): string | null {
  if (spread === null) return null;
  return `${secondsText(spread.p50)} p50, ${secondsText(spread.p95)} p95, ${secondsText(spread.most)} at most`;
}

function secondsText(ms: number | undefined): string {
  return ms === undefined ? NOTHING : `${Math.round(ms / 10) / 100} s`;
}

function percent(share: number | null): string {
  return share === null ? NOTHING : `${Math.round(share * 1000) / 10} %`;
}
