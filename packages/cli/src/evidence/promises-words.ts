/** How often the ends came true that orders were told: a sentence, a table, and what is not counted. */
import type { PromiseLine, Promises } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';
import { clean, moment, NOTHING } from '../output/text.ts';

export function promisesText(promises: Promises, paint: Paint): string {
  const { from, to, orders, sentence, lines, overall } = promises;
  const head = `${paint.color.bold('Told ends')}  ${orders} orders from ${moment(from)} to ${moment(to)} UTC`;
  const said = [head, clean(sentence)];
  if (lines.length > 0) said.push(promisesTable(lines, paint));
  if (overall.apart.length > 0) said.push(`Not counted: ${apartText(overall.apart)}.`);
  return said.join('\n\n');
}

export function promisesTable(lines: readonly PromiseLine[], paint: Paint): string {
  return table(
    [
      { title: 'path', cell: ({ path }) => clean(path), flexible: true },
      { title: 'family', cell: ({ family }) => clean(family) },
      { title: 'times', cell: ({ basis }) => basis },
      { title: 'told', cell: ({ end }) => String(end.of), align: 'right' },
      { title: 'ended inside', cell: ({ end }) => percent(end.share), align: 'right' },
      { title: 'earlier', cell: ({ end }) => String(end.early), align: 'right' },
      { title: 'later', cell: ({ end }) => String(end.late), align: 'right' },
      { title: 'started inside', cell: ({ start }) => percent(start.share), align: 'right' },
      { title: 'sent again', cell: ({ resent }) => String(resent), align: 'right' },
    ],
    [...lines],
    paint,
  );
}

const REASONS: Readonly<Record<PromiseLine['apart'][number]['reason'], string>> = {
  not_due: 'not due yet',
  cancelled: 'cancelled',
  failed: 'failed',
  ran_out_of_time: 'ran out of time before the range did',
  no_path: 'no path took work',
  deep_queue: 'more waited than is counted',
  not_kept: 'nothing was written down',
};

function apartText(apart: PromiseLine['apart']): string {
  return apart.map(({ reason, count }) => `${count} ${REASONS[reason]}`).join(', ');
}

function percent(share: number | null): string {
  return share === null ? NOTHING : `${Math.round(share * 1000) / 10} %`;
}
