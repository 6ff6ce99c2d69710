/** A program against EvoLink's unified API, moved by its base URL and its key. */

// Before: const base = 'https://api.evolink.ai';
const base = process.env.SLUICE_URL ?? 'http://127.0.0.1:8080';
const headers = { authorization: `Bearer ${process.env.SLUICE_KEY}`, 'content-type': 'application/json' };

type Task = {
  id: string;
  status: string;
  progress: number;
  results?: string[];
  usage: { credits_used: number | null };
};

const created = await call<Task>('POST', '/v1/videos/generations', {
  model: 'kling-v3-text-to-video',
  prompt: 'a fox in the snow',
  duration: 5,
  aspect_ratio: '16:9',
  quality: '720p',
  sound: 'off',
});
console.log(`${created.id} ${created.status}`);

for (;;) {
  const task = await call<Task>('GET', `/v1/tasks/${created.id}`);
  if (task.status === 'failed' || task.status === 'cancelled') throw new Error(JSON.stringify(task));
  if (task.status === 'completed') {
    console.log(`${task.status} ${task.results?.[0]} for ${task.usage.credits_used} credits`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
const { data } = await call<{ data: { user: { remaining_credits: number } } }>('GET', '/v1/credits');
console.log(`${data.user.remaining_credits} credits left`);

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(base + path, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const read = (await answer.json()) as Answer & { error?: { code: string; message: string } };
  if (!answer.ok) throw new Error(`${read.error?.code}: ${read.error?.message}`);
  return read;
}
