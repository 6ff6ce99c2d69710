import { describe, expect, test } from 'vitest';
import { createSluice } from './sluice.ts';

type Sent = { method: string; path: string; headers: Record<string, string>; credentials: unknown };

/** A gateway that tells these tokens one after the other, and takes the newest only. */
function setUp(tokens: string[]) {
  const sent: Sent[] = [];
  let current = '';
  const sluice = createSluice({
    baseUrl: 'http://gateway.test',
    cookies: true,
    fetch: async (url, init) => {
      const headers = init.headers as Record<string, string>;
      const path = new URL(url).pathname;
      sent.push({ method: init.method ?? '', path, headers, credentials: init.credentials });
      if (path === '/v1/session' && init.method !== 'DELETE') {
        current = tokens.shift() ?? current;
        return Response.json({ csrf_token: current });
      }
      const forged = init.method !== 'GET' && headers['x-sluice-csrf'] !== current;
      if (!forged) return Response.json({});
      const error = { code: 'csrf_refused', message: '', fix: '', retryable: false, request_id: 'r' };
      return Response.json({ error }, { status: 403 });
    },
  });
  /** Another tab signs in: the same cookie jar, a new session. */
  const signInElsewhere = () => {
    current = tokens.shift() ?? current;
  };
  return { sluice, sent, signInElsewhere };
}

describe('by cookie', () => {
  test('what is no read carries the token that the session told, reads do not', async () => {
    const { sluice, sent } = setUp(['one']);
    await sluice.session.create({ token: 't' });
    await sluice.tasks.list();
    await sluice.tasks.cancel('task_1');
    expect(sent.map(({ headers }) => headers['x-sluice-csrf'])).toEqual([undefined, undefined, 'one']);
    expect(sent.every(({ credentials }) => credentials === 'same-origin')).toBe(true);
    expect(sent.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('a token that another tab has made stale is renewed, and the request sent again once', async () => {
    const { sluice, sent, signInElsewhere } = setUp(['one', 'two']);
    await sluice.session.create({ token: 't' });
    signInElsewhere();
    sent.length = 0;
    await sluice.tasks.cancel('task_1');
    expect(sent.map(({ method, path, headers }) => `${method} ${path} ${headers['x-sluice-csrf']}`)).toEqual([
      'POST /v1/tasks/task_1/cancel one',
      'GET /v1/session undefined',
      'POST /v1/tasks/task_1/cancel two',
    ]);
  });

  test('a gateway that refuses every token is an error, not a loop', async () => {
    let asked = 0;
    const sluice = createSluice({
      baseUrl: 'http://gateway.test',
      cookies: true,
      fetch: async (_url, init) => {
        asked += 1;
        if (init.method === 'GET') return Response.json({ csrf_token: 'x' });
        const error = { code: 'csrf_refused', message: '', fix: '', retryable: false, request_id: 'r' };
        return Response.json({ error }, { status: 403 });
      },
    });
    await expect(sluice.tasks.cancel('task_1')).rejects.toMatchObject({ code: 'csrf_refused' });
    expect(asked).toBe(3);
  });

  test('signing out forgets the token', async () => {
    const { sluice, sent } = setUp(['one']);
    await sluice.session.get();
    await sluice.session.end();
    await sluice.tasks.cancel('task_1').catch(() => {});
    expect(sent.at(-1)?.headers['x-sluice-csrf']).toBe('one');
    expect(sent.filter(({ path }) => path.endsWith('/cancel'))[0]?.headers['x-sluice-csrf']).toBeUndefined();
  });

  test('a key and cookies together are a mistake', () => {
    expect(() => createSluice({ baseUrl: 'http://a.test', apiKey: 'k', cookies: true })).toThrow(TypeError);
  });
});
