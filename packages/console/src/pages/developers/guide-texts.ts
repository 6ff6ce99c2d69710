/** The code of each guide. The key stays a variable of the environment: nobody pastes it into a file from here. */

export type Guide = { name: string; says: string; code: (base: string) => string };

export const GUIDES: readonly Guide[] = [
  {
    name: 'curl',
    says: 'Orders a clip. The same Idempotency-Key never orders twice, however often the request is repeated.',
    code: (base) => `curl ${base}/v1/videos/generations \\
  -H "Authorization: Bearer $SLUICE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: $(uuidgen)" \\
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
sluice login
sluice generate "a fox in the snow" -m kling-3.0 -d 5 -o fox.mp4`,
  },
  {
    name: 'OpenAI client',
    says: 'The official client only the base address changes; models keep their names of here.',
    code: (base) => `from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key=os.environ["SLUICE_KEY"])
video = client.videos.create(model="kling-3.0", prompt="a fox in the snow", seconds="5")`,
  },
  {
    name: 'Webhook receiver',
    says: 'Checks signature and age before it believes a delivery. The secret is shown when you add an endpoint.',
    code: () => `import { verifyWebhook } from '@sluice/sdk';

app.post('/hooks/sluice', async (request, reply) => {
  const event = await verifyWebhook({
    body: request.rawBody,
    headers: request.headers,
    secret: process.env.SLUICE_WEBHOOK_SECRET,
  });
  if (event.type === 'task.completed') await save(event.data.id);
  return reply.code(204).send();
});`,
  },
];
