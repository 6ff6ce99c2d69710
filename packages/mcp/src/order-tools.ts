/** Tools about orders: what there is, what it would cost and where it would go, and ordering it. */
import type { CreateGeneration, Quote } from '@sluice/sdk';
import { z } from 'zod';
import { addComparison } from './comparison-tool.ts';
import { order } from './order-words.ts';
import { orRefusal, taskResult, told } from './results.ts';
import type { Tools } from './server.ts';

const again = {
  take: z.int().min(1).max(1000).default(1).describe('2 for a second clip of the same words, and so on.'),
  idempotency_key: z.string().min(1).max(200).optional().describe('Names the order instead of its words.'),
};

export function addOrderTools(tools: Tools): void {
  addModels(tools);
  addQuote(tools);
  addComparison(tools);
  addGeneration(tools);
}

function addModels({ server, client }: Tools): void {
  server.registerTool(
    'list_models',
    {
      title: 'List video models',
      description:
        'The models that can make a clip here: modes, lengths, resolutions, and prices for this account.',
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    () =>
      orRefusal(async () => {
        const { data } = await client.models.list();
        const models = data.map(({ id, name, description, modes, prices }) => ({
          id,
          name,
          description,
          modes: Object.entries(modes).map(([mode, can]) => ({
            mode,
            seconds: can?.seconds?.allowed ?? null,
            resolutions: can?.resolutions ?? [],
            aspect_ratios: can?.aspect_ratios ?? [],
            sound: can?.sound ?? [],
          })),
          from: cheapest(prices),
        }));
        return told(models.map(({ id, description }) => `${id}: ${description}`).join('\n'), { models });
      }),
  );
}

function addQuote({ server, client }: Tools): void {
  server.registerTool(
    'quote',
    {
      title: 'Price a clip',
      description:
        'What an order would cost at most, over which path it would go and when it would end. Orders nothing.',
      inputSchema: order,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (words) => orRefusal(async () => quoted(await client.quotes.create(words as CreateGeneration))),
  );
}

function addGeneration({ server, client, orderKey }: Tools): void {
  server.registerTool(
    'generate_video',
    {
      title: 'Order a clip',
      description:
        'Orders a clip, which is paid for, and answers at once with its task. The same arguments in the same session ' +
        'are the same order and give the same task; another take needs another take number.',
      inputSchema: { ...order, ...again },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    ({ take, idempotency_key: given, ...words }) =>
      orRefusal(async () => {
        const idempotencyKey = given ?? orderKey({ take, words });
        return taskResult(await client.tasks.create(words as CreateGeneration, { idempotencyKey }));
      }),
  );
}

function cheapest(prices: readonly { price: string; per: string }[]): { price: string; per: string } | null {
  const [first] = [...prices].sort((a, b) => Number(a.price) - Number(b.price));
  return first ? { price: first.price, per: first.per } : null;
}

function quoted(quote: Quote) {
  const { minimum, maximum, currency } = quote.price;
  const end = quote.wait.expected_end ?? 'unknown';
  const cover = quote.covered ? '' : ' The balance does not cover it.';
  const text = `${minimum} to ${maximum} ${currency} over ${quote.path}; expected to end at ${end}.${cover}`;
  const { model, mode, price, path, reason, wait, covered, sandbox } = quote;
  return told(text, { model, mode, price, path, reason, wait, covered, sandbox });
}
