/** The code of each guide. The key stays a variable of the environment: nobody pastes it into a file from here. */

export type Guide = { name: string; says: string; code: (base: string) => string };

export const GUIDES: readonly Guide[] = [
  {
    name: 'curl',
    says: 'Orders a clip. The same Idempotency-Key never orders twice, however often the request is repeated.',
    code: (base) => `curl ${base}/v1/videos/generations \\
  -H "Authorization: Bearer $SLUICE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: order-$(date +%s)" \\
  -d '{"model": "kling-3.0", "prompt": "a fox in the snow", "duration": 5}'`,
  },
  {
    name: 'SDK',
    says: 'Typed, without dependencies, for Node and browsers. It repeats lost answers under one key, and waits.',
    code: (base) => `import { createSluice } from '@sluice/sdk';

const sluice = createSluice({ baseUrl: '${base}', apiKey: process.env.SLUICE_KEY });
const task = await sluice.tasks.create({ model: 'kling-3.0', prompt: 'a fox in the snow', duration: 5 });
const done = await sluice.tasks.wait(task.id);
console.log(done.results[0]);`,
  },
  {
    name: 'CLI',
    says: 'Orders, waits, saves the clip and prints the receipt.',
    code: (base) => `export SLUICE_URL=${base}
sluice generate "a fox in the snow" -m kling-3.0 -d 5 -o fox.mp4`,
  },
  {
    name: 'OpenAI client',
    says: 'The official client: only the base address and the key change; models keep their names of here.',
    code: (base) => `import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: '${base}/v1', apiKey: process.env.SLUICE_KEY });
const video = await openai.videos.create({ model: 'kling-3.0', prompt: 'a fox in the snow', seconds: '5' });
console.log(video.id, video.status);`,
  },
  {
    name: 'Kling',
    says: "A program that speaks Kling's own API keeps its requests, of both generations; host and key change.",
    code: (base) => `curl ${base}/kling/text-to-video/kling-3.0 \\
  -H "Authorization: Bearer $SLUICE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"prompt": "a fox in the snow", "settings": {"duration": 5, "multi_shot": false}}'`,
  },
  {
    name: 'fal',
    says: 'The official client keeps endpoint names, uploads, status streams and webhooks.',
    code: (base) => `import { fal } from '@fal-ai/client';

fal.config({
  credentials: process.env.SLUICE_KEY,
  proxyUrl: { url: '${base}/fal/proxy', when: 'always' },
});
const { data } = await fal.subscribe('fal-ai/kling-video/v3/standard/text-to-video', {
  input: { prompt: 'a fox in the snow', duration: '5' },
});
console.log(data.video.url);`,
  },
  {
    name: 'Replicate',
    says: 'The official client keeps its models, uploads and `run`; a create that is repeated is paid once.',
    code: (base) => `import Replicate from 'replicate';

const replicate = new Replicate({
  baseUrl: '${base}/replicate/v1',
  auth: process.env.SLUICE_KEY,
  useFileOutput: false,
});
const url = await replicate.run('kwaivgi/kling-v3-video', {
  input: { prompt: 'a fox in the snow', duration: 5 },
});
console.log(url);`,
  },
  {
    name: 'AI SDK',
    says: 'A provider of the Vercel AI SDK.',
    code: (base) => `import { createSluice } from '@sluice/ai-sdk-provider';
import { experimental_generateVideo as generateVideo } from 'ai';

const sluice = createSluice({ baseURL: '${base}', apiKey: process.env.SLUICE_KEY });
const { video } = await generateVideo({
  model: sluice.video('kling-3.0'),
  prompt: 'a fox in the snow',
  duration: 5,
});
console.log(video.uint8Array.length);`,
  },
  {
    name: 'AI Gateway',
    says:
      'Code of the AI SDK that names models of its gateway keeps those names. The SDK downloads clips itself and ' +
      'refuses private addresses, so this gateway needs a public one.',
    code: (base) => `import { createGateway, experimental_generateVideo as generateVideo } from 'ai';

const gateway = createGateway({ baseURL: '${base}/ai-gateway', apiKey: process.env.SLUICE_KEY });
const { video } = await generateVideo({
  model: gateway.videoModel('klingai/kling-v3.0-t2v'),
  prompt: 'a fox in the snow',
  duration: 5,
});
console.log(video.uint8Array.length);`,
  },
  {
    name: 'MCP',
    says:
      'Tools for assistants: models, quotes, orders, tasks. Clients that start programs run `sluice mcp` instead. ' +
      'What an assistant may spend is the budget of its key.',
    code: (base) => `{
  "mcpServers": {
    "sluice": {
      "type": "http",
      "url": "${base}/mcp",
      "headers": { "Authorization": "Bearer \${SLUICE_KEY}" }
    }
  }
}`,
  },
  {
    name: 'Webhook receiver',
    says: 'Checks signature and age before it believes a delivery. The secret is shown when you add an endpoint.',
    code: () => `import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from '@sluice/sdk';

createServer(async (request, response) => {
  try {
    const { event } = await verifyWebhook({
      payload: await text(request),
      headers: request.headers,
      secret: process.env.SLUICE_WEBHOOK_SECRET,
    });
    console.log(event.type, event.data.id);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT);`,
  },
];
