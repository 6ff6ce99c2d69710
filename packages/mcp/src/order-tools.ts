/** Tools about orders: what there is, what it would cost and where it would go, and ordering it. */
import type { CreateGeneration, Path, Quote } from '@sluice/sdk';
import { isSluiceError } from '@sluice/sdk';
import { z } from 'zod';
import { orRefusal, taskResult, told } from './results.ts';
import type { Tools } from './server.ts';

const address = z.string().min(1).max(4096).describe('A public https address, or `file:<id>` of an upload.');

/** The words that a model needs; the gateway judges them. */
const order = {
  model: z.string().min(1).max(100).describe('A model id from list_models, for instance kling-3.0.'),
  prompt: z.string().max(10_000).optional().describe('What the clip shows.'),
  negative_prompt: z.string().max(10_000).optional(),
  mode: z
    .enum(['text-to-video', 'image-to-video', 'reference-to-video', 'video-edit', 'motion-control'])
    .optional()
    .describe('Inferred from the inputs when left out.'),
  duration: z.int().min(1).max(300).optional().describe('Seconds.'),
  aspect_ratio: z.string().max(10).optional().describe('For instance 16:9.'),
  quality: z.enum(['720p', '1080p', '4k']).optional(),
  sound: z.enum(['on', 'off']).optional().describe('Whether the model makes sound.'),
  image_start: address.optional().describe('First frame: a public https address.'),
  image_end: address.optional().describe('Last frame.'),
  image_urls: z.array(address).max(20).optional().describe('Reference pictures, or the motion picture.'),
  video_urls: z.array(address).max(5).optional().describe('The video to edit, refer to or move like.'),
  max_price: z.string().max(20).optional().describe('Refuse when it could cost more, as a decimal.'),
};

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

function addComparison({ server, client }: Tools): void {
  server.registerTool(
    'compare_paths',
    {
      title: 'Compare access paths',
      description:
        'The access paths for an order: price, why one would be taken now, why the others are not, and what each ' +
        'promises after a lost answer where that may be seen.',
      inputSchema: order,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (words) =>
      orRefusal(async () => {
        const quote = await client.quotes.create(words as CreateGeneration);
        const known = await pathsOrNone(() => client.paths.list());
        const rows = [
          { path: quote.path, price: quote.price.maximum, verdict: `taken now: ${quote.reason}` },
          ...quote.alternatives.map(({ path, price, rejected_because }) => ({
            path,
            price,
            verdict: rejected_because,
          })),
        ].map((row) => ({ ...row, ...promiseOf(known, row.path) }));
        const text = rows.map(({ path, price, verdict }) => `${path}: ${price ?? 'no price'} — ${verdict}`);
        return told(text.join('\n'), { paths: rows, currency: quote.price.currency });
      }),
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

/** Paths are the operator's; whoever may not see them still gets prices and reasons. */
async function pathsOrNone(list: () => Promise<{ data: Path[] }>): Promise<Path[]> {
  try {
    return (await list()).data;
  } catch (error) {
    if (isSluiceError(error) && error.code === 'forbidden') return [];
    throw error;
  }
}

function promiseOf(paths: readonly Path[], name: string): { guarantee?: unknown } {
  const path = paths.find((each) => each.name === name);
  return path && 'guarantee' in path ? { guarantee: path.guarantee } : {};
}
