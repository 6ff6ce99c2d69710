/** `sluice quote`: the price, the path and the wait of an order, without ordering. */
import type { CreateGeneration, Quote } from '@sluice/sdk';
import { type Command, Option } from 'commander';
import { UsageError } from '../endings.ts';
import type { Register } from '../invocation.ts';
import { localInputs } from '../order/inputs.ts';
import { readOrder } from '../order/order.ts';
import { addOrderFlags, type OrderFlags } from '../order/order-flags.ts';
import { waitText } from '../order/task-words.ts';
import type { Paint } from '../output/output.ts';
import { fields, table } from '../output/table.ts';
import { clean, NOTHING, relative, span } from '../output/text.ts';

export const register: Register = (command, context) => {
  addOrderFlags(command, context.surroundings.now)
    .addOption(new Option('--explain', 'also list the paths that were not chosen'))
    .action(
      async (prompt: string | undefined, flags: OrderFlags & { explain?: boolean }, invoked: Command) => {
        const { connect, output } = context.begin(invoked);
        const order = await readOrder(prompt, flags, context.surroundings);
        await refuseLocalFiles(order, context.surroundings.cwd);
        const quote = await (await connect()).quotes.create(order);
        output.result(quote, (paint) => quoteText(quote, flags.explain === true, paint));
      },
    );
};

/** A quote must not leave uploads behind, and what a file is does not change the price; its length may. */
async function refuseLocalFiles(order: CreateGeneration, cwd: string): Promise<void> {
  const [first] = await localInputs(order, cwd);
  if (!first) return;
  throw new UsageError(
    `A quote uploads nothing, so it cannot use ${first.name}.`,
    'Name an https address instead, and --input-seconds when the length of a video sets the price.',
  );
}

/** Four of five end in between. */
function endText(range: Quote['wait']['expected_end_range'], nowMs: number): string | null {
  if (range === null) return null;
  return `most likely ${relative(range.early, nowMs)} to ${relative(range.late, nowMs)}`;
}

function quoteText(quote: Quote, explain: boolean, paint: Paint): string {
  const { price, wait } = quote;
  const { bold, green, red, yellow } = paint.color;
  const range = price.minimum === price.maximum ? price.maximum : `${price.minimum} to ${price.maximum}`;
  const body = fields(
    [
      ['price', `${bold(`${range} ${price.currency}`)}  (${price.unit_price} per ${price.per})`],
      ['prices', `${clean(price.price_sheet)} of ${price.price_date}`],
      ['covered', quote.covered ? green('yes') : red('no: top up first')],
      ['path', `${clean(quote.path)}: ${clean(quote.reason)}`],
      ['wait', waitText(wait, paint.nowMs) || NOTHING],
      ['ends', endText(wait.expected_end_range, paint.nowMs)],
      ['so far', quote.forecast_record && clean(quote.forecast_record.sentence)],
      ['render', `about ${span(quote.expected_render_seconds)} (${wait.basis})`],
      ['sandbox', quote.sandbox && yellow('an emulator would make it')],
    ],
    paint,
  );
  const head = `${bold(clean(quote.model))}  ${quote.mode}`;
  if (!explain || quote.alternatives.length === 0) return `${head}\n${body}`;
  const others = table(
    [
      { title: 'not chosen', cell: (other) => clean(other.path) },
      { title: 'price', cell: (other) => other.price ?? NOTHING, align: 'right' },
      { title: 'because', cell: (other) => clean(other.rejected_because), flexible: true },
    ],
    quote.alternatives,
    paint,
  );
  return `${head}\n${body}\n\n${others}`;
}
