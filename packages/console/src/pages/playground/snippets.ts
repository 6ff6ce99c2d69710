/** An order in other words. Whatever a prompt holds, it stays inside its quotes. */
import type { CreateGeneration, Model } from '@sluice/sdk';

export type Snippet = { name: string; text: string; note?: string };

export function snippets(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  return [curl(order, baseUrl), sdk(order, baseUrl), cli(order), ...doors(order, model, baseUrl)];
}

function curl(order: CreateGeneration, baseUrl: string): Snippet {
  const lines = [
    `curl ${baseUrl}/v1/videos/generations \\`,
    '  -H "Authorization: Bearer $SLUICE_API_KEY" \\',
    '  -H "Idempotency-Key: $(uuidgen)" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${shellQuoted(JSON.stringify(order, null, 2))}`,
  ];
  return {
    name: 'curl',
    text: lines.join('\n'),
    note: 'Repeating it with the same Idempotency-Key never orders twice.',
  };
}

function sdk(order: CreateGeneration, baseUrl: string): Snippet {
  const text = `import { createSluice } from '@sluice/sdk';

const sluice = createSluice({
  baseUrl: '${baseUrl}',
  apiKey: process.env.SLUICE_API_KEY,
});

const task = await sluice.tasks.createAndWait(${JSON.stringify(order, null, 2)});
console.log(task.status, task.results);`;
  return { name: 'SDK', text };
}

function cli(order: CreateGeneration): Snippet {
  return {
    name: 'CLI',
    text: `sluice generate --file - <<'ORDER'\n${JSON.stringify(order, null, 2)}\nORDER`,
  };
}

/** Doors speak other protocols; what they have no word for is left to the native API. */
function doors(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  if (order.mode !== 'text-to-video' || order.prompt === undefined) return [];
  return [openai(order, model, baseUrl), aiSdk(order, model, baseUrl)];
}

function openai(order: CreateGeneration, model: Model, baseUrl: string): Snippet {
  const seconds = order.duration === undefined ? '' : `\n  seconds: '${order.duration}',`;
  return {
    name: 'OpenAI',
    text: `import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: '${baseUrl}/v1', apiKey: process.env.SLUICE_API_KEY });

const video = await openai.videos.create({
  model: ${JSON.stringify(model.id)},
  prompt: ${JSON.stringify(order.prompt)},${seconds}
});`,
  };
}

function aiSdk(order: CreateGeneration, model: Model, baseUrl: string): Snippet {
  const seconds = order.duration === undefined ? '' : `\n  duration: ${order.duration},`;
  return {
    name: 'AI SDK',
    text: `import { createSluice } from '@sluice/ai-sdk-provider';
import { experimental_generateVideo as generateVideo } from 'ai';

const sluice = createSluice({ baseURL: '${baseUrl}', apiKey: process.env.SLUICE_API_KEY });

const { video } = await generateVideo({
  model: sluice.video(${JSON.stringify(model.id)}),
  prompt: ${JSON.stringify(order.prompt)},${seconds}
});`,
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
