/**
 * An order in other words: by our API, and through each door whose clients have a name for the model. Whatever a prompt
 * holds, it stays inside its quotes. They run as they stand, given SLUICE_KEY; a test does.
 */
import type { CreateGeneration, Model } from '@sluice/sdk';

export type Snippet = { name: string; text: string; note?: string };

export function snippets(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  return [curl(order, baseUrl), sdk(order, baseUrl), cli(order, baseUrl), ...doors(order, model, baseUrl)];
}

function curl(order: CreateGeneration, baseUrl: string): Snippet {
  const lines = [
    `curl ${baseUrl}/v1/videos/generations \\`,
    '  -H "Authorization: Bearer $SLUICE_KEY" \\',
    '  -H "Idempotency-Key: order-$(date +%s)" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${shellQuoted(pretty(order))}`,
  ];
  return {
    name: 'curl',
    text: lines.join('\n'),
    note: 'Repeating it with the same Idempotency-Key never orders twice: use the number of your own job.',
  };
}

function sdk(order: CreateGeneration, baseUrl: string): Snippet {
  const text = `import { createSluice } from '@sluice/sdk';

const sluice = createSluice({ baseUrl: '${baseUrl}', apiKey: process.env.SLUICE_KEY });

const task = await sluice.tasks.createAndWait(${pretty(order)});
console.log(task.status, task.results);`;
  return { name: 'SDK', text };
}

function cli(order: CreateGeneration, baseUrl: string): Snippet {
  return {
    name: 'CLI',
    text: `export SLUICE_URL=${baseUrl}\nsluice generate --from - <<'ORDER'\n${pretty(order)}\nORDER`,
  };
}

type Asked = CreateGeneration & { prompt: string };
type Name = Model['doors'][number];

/** Doors speak other protocols; what they have no word for is left to the native API. */
function doors(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  const { prompt } = order;
  if (order.mode !== 'text-to-video' || prompt === undefined) return [];
  const asked = { ...order, prompt };
  const named = (door: string, write: (name: Name) => Snippet): Snippet[] => {
    const name = nameAt(door, asked, model);
    return name === null ? [] : [write(name)];
  };
  return [
    openai(asked, model, baseUrl),
    ...named('kling', ({ name }) => kling(asked, name, baseUrl)),
    ...named('fal', (name) => fal(asked, name, baseUrl)),
    ...named('replicate', ({ name }) => replicate(asked, name, baseUrl)),
    aiSdk(asked, model, baseUrl),
    ...named('ai-gateway', ({ name }) => aiGateway(asked, name, baseUrl)),
  ];
}

/** The name that says most of what is ordered; of Kling's two generations the present one. */
function nameAt(door: string, { mode, quality }: Asked, model: Model): Name | null {
  const fit = model.doors.filter(
    (each) =>
      each.door === door && (each.mode === null || each.mode === mode) && !each.name.startsWith('v1/'),
  );
  return (
    fit.find((each) => each.quality === quality) ??
    fit.find((each) => each.quality === null) ??
    fit[0] ??
    null
  );
}

function openai({ prompt, duration }: Asked, model: Model, baseUrl: string): Snippet {
  const body = { model: model.id, prompt, ...(duration !== undefined && { seconds: String(duration) }) };
  return {
    name: 'OpenAI',
    text: `import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: '${baseUrl}/v1', apiKey: process.env.SLUICE_KEY });

const video = await openai.videos.create(${pretty(body)});
console.log(video.id, video.status);`,
  };
}

function kling(order: Asked, name: string, baseUrl: string): Snippet {
  const { prompt, duration, quality, aspect_ratio, sound } = order;
  const settings = {
    ...(duration !== undefined && { duration }),
    ...(quality !== undefined && { resolution: quality }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...(sound !== undefined && { audio: sound === 'on' ? 'native' : 'off' }),
    multi_shot: false,
  };
  const lines = [
    `curl ${baseUrl}/kling/${name} \\`,
    '  -H "Authorization: Bearer $SLUICE_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${shellQuoted(pretty({ prompt, settings }))}`,
  ];
  return {
    name: 'Kling',
    text: lines.join('\n'),
    note: `Ask for it by its id: ${baseUrl}/kling/tasks?task_ids=…`,
  };
}

function fal(order: Asked, { name, quality: said }: Name, baseUrl: string): Snippet {
  const { prompt, duration, quality, aspect_ratio, sound } = order;
  const input = {
    prompt,
    ...(duration !== undefined && { duration: String(duration) }),
    ...(said === null && quality !== undefined && { resolution: quality }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...(sound !== undefined && { generate_audio: sound === 'on' }),
  };
  return {
    name: 'fal',
    text: `import { fal } from '@fal-ai/client';

fal.config({
  credentials: process.env.SLUICE_KEY,
  proxyUrl: { url: '${baseUrl}/fal/proxy', when: 'always' },
});

const { data } = await fal.subscribe(${JSON.stringify(name)}, {
  input: ${indented(pretty(input))},
});
console.log(data.video.url);`,
  };
}

/** Their words for a resolution. */
const REPLICATE_MODES: Partial<Record<string, string>> = { '720p': 'standard', '1080p': 'pro', '4k': '4k' };

function replicate(order: Asked, name: string, baseUrl: string): Snippet {
  const { prompt, duration, quality, aspect_ratio, sound } = order;
  const mode = REPLICATE_MODES[quality ?? ''];
  const input = {
    prompt,
    ...(duration !== undefined && { duration }),
    ...(mode !== undefined && { mode }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...(sound !== undefined && { generate_audio: sound === 'on' }),
  };
  return {
    name: 'Replicate',
    text: `import Replicate from 'replicate';

const replicate = new Replicate({
  baseUrl: '${baseUrl}/replicate/v1',
  auth: process.env.SLUICE_KEY,
  useFileOutput: false,
});

const url = await replicate.run(${JSON.stringify(name)}, {
  input: ${indented(pretty(input))},
});
console.log(url);`,
  };
}

function aiSdk(order: Asked, model: Model, baseUrl: string): Snippet {
  return {
    name: 'AI SDK',
    text: `import { createSluice } from '@sluice/ai-sdk-provider';
import { experimental_generateVideo as generateVideo } from 'ai';

const sluice = createSluice({ baseURL: '${baseUrl}', apiKey: process.env.SLUICE_KEY });

const { video } = await generateVideo({
  model: sluice.video(${JSON.stringify(model.id)}),
${generated(order)}});
console.log(video.uint8Array.length);`,
  };
}

function aiGateway(order: Asked, name: string, baseUrl: string): Snippet {
  return {
    name: 'AI Gateway',
    text: `import { createGateway, experimental_generateVideo as generateVideo } from 'ai';

const gateway = createGateway({ baseURL: '${baseUrl}/ai-gateway', apiKey: process.env.SLUICE_KEY });

const { video } = await generateVideo({
  model: gateway.videoModel(${JSON.stringify(name)}),
${generated(order)}});
console.log(video.uint8Array.length);`,
    note: 'The AI SDK downloads the clip itself and refuses private addresses: it needs a gateway with a public one.',
  };
}

function generated({ prompt, duration, aspect_ratio }: Asked): string {
  const lines = [
    `prompt: ${JSON.stringify(prompt)}`,
    ...(duration === undefined ? [] : [`duration: ${duration}`]),
    ...(aspect_ratio === undefined ? [] : [`aspectRatio: ${JSON.stringify(aspect_ratio)}`]),
  ];
  return lines.map((line) => `  ${line},\n`).join('');
}

function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
