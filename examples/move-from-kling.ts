/** A program against Kling's API, moved by its host and its key. Reads SLUICE_URL and SLUICE_KEY. */

// Before: const host = 'https://api-singapore.klingai.com';
const host = `${process.env.SLUICE_URL ?? 'http://127.0.0.1:8080'}/kling`;
const headers = { authorization: `Bearer ${process.env.SLUICE_KEY}`, 'content-type': 'application/json' };

const created = await call('POST', '/text-to-video/kling-3.0', {
  prompt: 'a fox in the snow',
  settings: { resolution: '720p', duration: 5, multi_shot: false },
  options: { external_task_id: `fox-${process.pid}` },
});
console.log(`${created.data.id} ${created.data.status}`);

for (;;) {
  const { data } = await call('GET', `/tasks?task_ids=${created.data.id}`);
  const [task] = data;
  if (task.status === 'failed') throw new Error(task.message);
  if (task.status === 'succeeded') {
    console.log(`${task.status} ${task.outputs[0]?.url}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

type Task = { id: string; status: string; message: string; outputs: { url: string }[] };
type Answer = { code: number; message: string; data: Task & [Task] };

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(host + path, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { code, message, data } = (await answer.json()) as Answer;
  if (code !== 0) throw new Error(`${code}: ${message}`);
  return { data };
}
