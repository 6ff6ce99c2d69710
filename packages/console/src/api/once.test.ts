import { describe, expect, test } from 'vitest';
import { once } from './once.ts';

type Answer = Response | 'lost';
type Sent = { key: string; body: string };

/** A tab: what it keeps outlives the page, which is what `reload` makes anew. */
function tab(answers: Answer[]) {
  const kept = new Map<string, string>();
  const sent: Sent[] = [];
  let nowMs = 0;
  let found = 0;
  let minted = 0;
  const page = () =>
    once(
      async (_, { headers, body }) => {
        sent.push({ key: new Headers(headers).get('idempotency-key') ?? '', body: String(body) });
        const answer = answers.shift() ?? 'lost';
        if (answer === 'lost') throw new TypeError('Failed to fetch');
        return answer;
      },
      {
        storage: {
          getItem: (name) => kept.get(name) ?? null,
          setItem: (name, value) => void kept.set(name, value),
          removeItem: (name) => void kept.delete(name),
        },
        now: () => nowMs,
        onFound: () => {
          found += 1;
        },
      },
    );
  let send = page();
  return {
    sent,
    kept,
    found: () => found,
    reload: () => {
      send = page();
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
    press: async (body: object, account = 'acc_1') => {
      minted += 1;
      const headers = { 'idempotency-key': `key ${minted}`, 'sluice-account': account };
      await send('/v1/videos/generations', { method: 'POST', headers, body: JSON.stringify(body) }).catch(
        () => undefined,
      );
    },
    keys: () => sent.map(({ key }) => key),
  };
}

const made = () => new Response('{}', { status: 202 });
const found = () => new Response('{}', { status: 202, headers: { 'idempotent-replayed': 'true' } });
const refused = (status: number) => new Response('{}', { status });
const FOX = { prompt: 'a fox' };

describe('a create whose answer was lost', () => {
  test('is sent again under its own key, and the person hears that it had arrived', async () => {
    const { press, keys, found: told, kept } = tab(['lost', found(), made()]);
    await press(FOX);
    await press(FOX);
    expect([keys(), told(), kept.size]).toEqual([['key 1', 'key 1'], 1, 0]);
    await press(FOX);
    expect([keys().at(-1), told()]).toEqual(['key 3', 1]);
  });

  test('also after a reload, and nothing of it can be read in the storage', async () => {
    const { press, keys, reload, kept } = tab(['lost', made()]);
    await press(FOX);
    expect([...kept.values()].join()).not.toContain('fox');
    reload();
    await press(FOX);
    expect(keys()).toEqual(['key 1', 'key 1']);
  });

  test.each([409, 500, 502, 503, 504])('a %i leaves it open', async (status) => {
    const { press, keys } = tab([refused(status), made()]);
    await press(FOX);
    await press(FOX);
    expect(keys()).toEqual(['key 1', 'key 1']);
  });

  test('only the same one, for the same account', async () => {
    const { press, keys } = tab(['lost', made(), made()]);
    await press(FOX);
    await press({ prompt: 'a hare' });
    await press(FOX, 'acc_2');
    expect(keys()).toEqual(['key 1', 'key 2', 'key 3']);
  });

  test('two of the same that were lost are two', async () => {
    const { press, keys } = tab(['lost', 'lost', made(), made(), made()]);
    await Promise.all([press(FOX), press(FOX)]);
    await Promise.all([press(FOX), press(FOX)]);
    await press(FOX);
    expect(keys()).toEqual(['key 1', 'key 2', 'key 1', 'key 2', 'key 5']);
  });

  test('a day later it is a new wish', async () => {
    const { press, keys, pass } = tab(['lost', made()]);
    await press(FOX);
    pass(24 * 3_600_000);
    await press(FOX);
    expect(keys()).toEqual(['key 1', 'key 2']);
  });
});

test.each([400, 402, 422, 429])('a %i is an answer: the next press is a new create', async (status) => {
  const { press, keys, kept } = tab([refused(status), made()]);
  await press(FOX);
  await press(FOX);
  expect([keys(), kept.size]).toEqual([['key 1', 'key 2'], 0]);
});

test('equal creates under way beside each other are creates of their own', async () => {
  const { press, keys } = tab([made(), made()]);
  await Promise.all([press(FOX), press(FOX)]);
  expect(keys()).toEqual(['key 1', 'key 2']);
});
