/**
 * The tool that sets access paths beside each other. Operators get the whole comparison: what is known of each path and
 * vendor, what a mix would cost there, what speaks against it. An account may see what its own order would meet:
 * prices, the path that would be taken, and why the others would not.
 */
import type { Comparison, CreateGeneration } from '@sluice/sdk';
import { isSluiceError } from '@sluice/sdk';
import { z } from 'zod';
import { type OrderWords, order } from './order-words.ts';
import { orRefusal, told } from './results.ts';
import type { Tools } from './server.ts';

const mix = {
  count: z.int().min(1).max(1_000_000_000).default(1).describe('Clips of this kind, for a total. Operators.'),
  peak_in_flight: z.int().min(1).max(1_000_000).optional().describe('Clips at once at the peak. Operators.'),
  sandboxes: z.boolean().default(true).describe('Also paths to emulators, which render nothing. Operators.'),
};
type Mix = { count: number; peak_in_flight?: number | undefined; sandboxes: boolean };

export function addComparison({ server, client }: Tools): void {
  server.registerTool(
    'compare_paths',
    {
      title: 'Compare access paths',
      description:
        'The access paths for an order. With an operator key: paths and vendors by price, evidence and concerns, the ' +
        'best first, and a verdict. With an account key: price, why one would be taken now and why the others are not.',
      inputSchema: { ...order, ...mix },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ count, peak_in_flight, sandboxes, ...words }) =>
      orRefusal(async () => {
        const compared = await unlessForbidden(() =>
          client.comparisons.create(requestOf(words, { count, peak_in_flight, sandboxes })),
        );
        if (compared) return comparisonResult(compared);
        const quote = await client.quotes.create(words as CreateGeneration);
        const rows = [
          { path: quote.path, price: quote.price.maximum, verdict: `taken now: ${quote.reason}` },
          ...quote.alternatives.map(({ path, price, rejected_because }) => ({
            path,
            price,
            verdict: rejected_because,
          })),
        ];
        const text = rows.map(({ path, price, verdict }) => `${path}: ${price ?? 'no price'} — ${verdict}`);
        return told(text.join('\n'), { paths: rows, currency: quote.price.currency });
      }),
  );
}

function requestOf({ model, mode, duration, quality, sound, ...inputs }: OrderWords, mix: Mix) {
  const { count, peak_in_flight: peak, sandboxes } = mix;
  const framed = inputs.image_start !== undefined || inputs.image_end !== undefined;
  const told = mode ?? (framed ? 'image-to-video' : undefined);
  const line = { model, mode: told, seconds: duration, resolution: quality, sound, count };
  return { mix: [line], sandboxes, peak_in_flight: peak };
}

/** Null: this key may not see it. */
async function unlessForbidden<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    if (isSluiceError(error) && error.code === 'forbidden') return null;
    throw error;
  }
}

function comparisonResult({ verdict, candidates, currency }: Comparison) {
  const paths = candidates.map(({ name, kind, provider, sandbox, rank, price, concerns }) => ({
    path: name,
    kind,
    provider,
    sandbox,
    rank,
    price: price.total,
    per_second: price.per_second,
    delivered_per_second: price.delivered_per_second,
    price_grade: price.grade,
    price_date: price.sheet_date,
    concerns,
  }));
  const lines = paths.map(({ path, rank, price, sandbox }) => {
    const place = rank === null ? 'cannot carry it' : `${rank}.`;
    return `${place} ${path}${sandbox ? ' (emulated)' : ''}: ${price ?? 'no price'}`;
  });
  return told([...verdict.sentences, ...lines].join('\n'), { verdict, paths, currency });
}
