import { afterEach, expect, onTestFinished, test } from 'vitest';
import { settleTasks } from '../../../lifecycle/6-settle.ts';
import {
  acceptUpstream,
  addPath,
  admitOne,
  endUpstream,
  liveWhole,
  orderOne,
  storeClips,
} from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig({ http: { streamsPerAccount: 3 } });

type Message = { id: string; event: string; data: { id: string; type: string; data: { id: string } } };

const open: Stream[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) await stream.leave();
});

type Stream = {
  status: number;
  headers: Headers;
  /** Reads until so many events have come, or the stream ends; time moves meanwhile. */
  take(count: number): Promise<Message[]>;
  comments: string[];
  ended(): Promise<Message[]>;
  leave(): Promise<void>;
};

async function listening(): Promise<string> {
  const { app } = use();
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return `http://127.0.0.1:${address.port}`;
}

async function stream(path: string, key: string, lastId?: string): Promise<Stream> {
  const left = new AbortController();
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
  const response = await fetch(`${await listening()}${path}`, { headers, signal: left.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const messages: Message[] = [];
  const comments: string[] = [];
  let rest = '';
  let over = false;
  const reading = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const blocks = (rest + part.value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.startsWith(':')) comments.push(block);
        else if (!block.startsWith('retry:')) messages.push(messageOf(block));
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      over = true;
    });
  const until = (enough: () => boolean) =>
    expect
      .poll(
        () => {
          use().clock.advance(500);
          return enough() || over;
        },
        { interval: 10, timeout: 10_000 },
      )
      .toBe(true);
  const made: Stream = {
    status: response.status,
    headers: response.headers,
    comments,
    take: async (count) => {
      await until(() => messages.length >= count);
      return messages.splice(0);
    },
    ended: async () => {
      await until(() => over);
      return messages.splice(0);
    },
    leave: async () => {
      left.abort();
      await reading;
    },
  };
  open.push(made);
  return made;
}

function messageOf(block: string): Message {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  return {
    id: fields.get('id') ?? '',
    event: fields.get('event') ?? '',
    data: JSON.parse(fields.get('data') ?? '{}'),
  };
}

test('a task is followed from its beginning to its end, and then the stream ends', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const following = await stream(`/v1/tasks/${taskId}/events`, key);
  expect(following.headers.get('content-type')).toContain('text/event-stream');
  expect((await following.take(1)).map((message) => message.event)).toEqual(['task.created']);
  const { attemptId } = await admitOne(rig, taskId);
  await acceptUpstream(rig, attemptId);
  await endUpstream(rig, attemptId);
  expect((await following.take(2)).map((message) => message.event)).toEqual([
    'task.started',
    'task.rendered',
  ]);
  await storeClips(rig);
  await settleTasks(rig.context, 10);
  const last = await following.ended();
  expect(last.map((message) => message.event)).toEqual(['task.completed']);
  expect(last[0]?.data).toMatchObject({ object: 'event', type: 'task.completed', data: { id: taskId } });
});

test('it resumes after the last event that arrived, and ends at once when there is no more', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  const all = await (await stream(`/v1/tasks/${taskId}/events`, key)).ended();
  expect(all.map((message) => message.event)).toEqual([
    'task.created',
    'task.started',
    'task.rendered',
    'task.completed',
  ]);
  const rest = await (await stream(`/v1/tasks/${taskId}/events`, key, all[1]?.id)).ended();
  expect(rest).toEqual(all.slice(2));
  const query = await (await stream(`/v1/tasks/${taskId}/events?after=${all[2]?.id}`, key)).ended();
  expect(query).toEqual(all.slice(3));
  expect(await (await stream(`/v1/tasks/${taskId}/events`, key, all[3]?.id)).ended()).toEqual([]);
  const byEvent = await (await stream(`/v1/tasks/${taskId}/events`, key, all[1]?.data.id)).ended();
  expect(byEvent).toEqual(all.slice(2));
});

test('an account follows its own events from now on, chosen by type', async () => {
  const rig = use();
  await addPath(rig);
  const own = await rig.account();
  const other = await rig.account();
  await orderOne(rig, own.key);
  const everything = await stream('/v1/events', own.key);
  const chosen = await stream('/v1/events?types=task.cancelled', own.key);
  const operators = await stream('/v1/events', rig.operatorKey);
  const foreign = await orderOne(rig, other.key);
  const first = await orderOne(rig, own.key, { prompt: 'first' });
  await rig.ask('POST', `/v1/tasks/${first}/cancel`, { key: own.key });
  const seen = await everything.take(2);
  expect(seen.map((message) => [message.event, message.data.data.id])).toEqual([
    ['task.created', first],
    ['task.cancelled', first],
  ]);
  expect((await chosen.take(1)).map((message) => message.event)).toEqual(['task.cancelled']);
  expect((await operators.take(3)).map((message) => message.data.data.id)).toContain(foreign);
});

test('a client that comes back misses nothing that happened meanwhile', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const before = await stream('/v1/events', key);
  const first = await orderOne(rig, key, { prompt: 'one' });
  const [seen] = await before.take(1);
  await before.leave();
  const missed = [await orderOne(rig, key, { prompt: 'two' }), await orderOne(rig, key, { prompt: 'three' })];
  const after = await stream('/v1/events', key, seen?.id);
  expect((await after.take(2)).map((message) => message.data.data.id)).toEqual(missed);
  expect(seen?.data.data.id).toBe(first);
});

test('each stage says that there are events, and idle rounds say nothing', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  let told = 0;
  onTestFinished(rig.context.onEvents(() => (told += 1)));
  await liveWhole(rig, key);
  expect(told).toBe(4);
  await settleTasks(rig.context, 10);
  expect(told).toBe(4);
});

test('comments show that a quiet stream is alive', async () => {
  const rig = use();
  const { key } = await rig.account();
  const quiet = await stream('/v1/events', key);
  const advance = () => {
    rig.clock.advance(5_000);
    return quiet.comments.length;
  };
  // Longer than any request may take to bring its body.
  await expect.poll(advance, { interval: 10, timeout: 10_000 }).toBeGreaterThan(9);
});

test('an account has only so many streams at a time', async () => {
  const rig = use();
  const { key } = await rig.account();
  for (let count = 0; count < 3; count += 1) expect((await stream('/v1/events', key)).status).toBe(200);
  expect((await stream('/v1/events', key)).status).toBe(429);
});

test.each([
  ['after=x', 'after'],
  ['after=evt_01a20311da577d5a8f4d2ad0fdd8bf5e', 'after'],
  ['types=task.created,task.exploded', 'types'],
])('%s is refused', async (query, field) => {
  const rig = use();
  const { key } = await rig.account();
  const answer = await rig.ask('GET', `/v1/events?${query}`, { key });
  expect(answer.body.error).toMatchObject({ code: 'invalid_input', field });
});
