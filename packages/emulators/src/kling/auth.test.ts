import { describe, expect, test } from 'vitest';
import { openDesk, signJwt, startMs } from './testing/desk.ts';

const seconds = startMs / 1000;
const good = { iss: 'AK', exp: seconds + 1800, nbf: seconds - 5 };
const costs = '/account/costs?start_time=1&end_time=2';

describe('who may call', () => {
  const cases: [string, string, string | null, number, number][] = [
    ['no header', '/tasks?task_ids=1', null, 401, 1001],
    ['a wrong key', '/tasks?task_ids=1', 'nobody', 401, 1002],
    ['the first key', '/tasks?task_ids=1', 'key-1', 200, 0],
    ['another key of the account', '/tasks?task_ids=1', 'key-2', 200, 0],
    ['a key on a legacy path', '/v1/videos/text2video', 'key-1', 200, 0],
    ['a JWT on a legacy path', '/v1/videos/text2video', signJwt(good, 'SK'), 200, 0],
    ['a JWT on the costs path', costs, signJwt(good, 'SK'), 200, 0],
    ['a JWT on a new path', '/tasks?task_ids=1', signJwt(good, 'SK'), 401, 1002],
    ['a JWT signed with another key', costs, signJwt(good, 'other'), 401, 1002],
    ['a JWT of an unknown access key', costs, signJwt({ ...good, iss: 'XX' }, 'SK'), 401, 1002],
    ['a JWT that says it has no signature', costs, signJwt(good, 'SK', { alg: 'none' }), 401, 1002],
    ['a JWT without end', costs, signJwt({ iss: 'AK' }, 'SK'), 401, 1002],
    ['a JWT before its time', costs, signJwt({ ...good, nbf: seconds + 1 }, 'SK'), 401, 1003],
    ['a JWT at its first second', costs, signJwt({ ...good, nbf: seconds }, 'SK'), 200, 0],
    ['a JWT at its end', costs, signJwt({ ...good, exp: seconds }, 'SK'), 401, 1004],
    ['a JWT just before its end', costs, signJwt({ ...good, exp: seconds + 1 }, 'SK'), 200, 0],
  ];
  test.each(cases)('%s', async (_name, path, token, status, code) => {
    const answered = await openDesk().call('GET', path, undefined, token);
    expect([answered.status, answered.code]).toEqual([status, code]);
  });

  test('the text of 1002 does not say which of its cases it is', async () => {
    const desk = openDesk();
    const wrongKey = await desk.call('GET', '/tasks?task_ids=1', undefined, 'nobody');
    const jwt = await desk.call('GET', '/tasks?task_ids=1', undefined, signJwt(good, 'SK'));
    expect(wrongKey.message).toContain('does not support AK/SK');
    expect(jwt.message).toBe(wrongKey.message);
  });

  test('a longest life can be set', async () => {
    const desk = openDesk({ settings: { jwtLongestLifeSeconds: 1805 } });
    expect((await desk.call('GET', costs, undefined, signJwt(good, 'SK'))).code).toBe(0);
    const longer = signJwt({ ...good, exp: seconds + 1801 }, 'SK');
    expect((await desk.call('GET', costs, undefined, longer)).code).toBe(1002);
  });

  test('an error has no data, a success has a request id', async () => {
    const desk = openDesk();
    const refused = await desk.call('GET', '/tasks?task_ids=1', undefined, null);
    expect(Object.keys(refused.body)).toEqual(['code', 'message', 'request_id']);
    const fine = await desk.call('GET', '/tasks?task_ids=1');
    expect(fine.body).toMatchObject({ code: 0, message: 'SUCCEED', data: [] });
    expect(fine.body.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('paths and methods', () => {
  const cases: [string, string, number, number][] = [
    ['POST', '/text-to-video/kling-9', 404, 1203],
    ['POST', '/text-to-video/kling-o1', 404, 1203],
    ['GET', '/text-to-video/kling-3.0', 404, 1202],
    ['DELETE', '/tasks', 404, 1202],
    ['POST', '/v1/videos/text2video/1', 404, 1202],
    ['GET', '/v2/anything', 404, 1203],
  ];
  test.each(cases)('%s %s', async (method, path, status, code) => {
    const answered = await openDesk().call(method, path, method === 'POST' ? {} : undefined);
    expect([answered.status, answered.code]).toEqual([status, code]);
  });

  test('a body that is no JSON object is 1200', async () => {
    const desk = openDesk();
    expect((await desk.call('POST', '/text-to-video/kling-3.0', [])).code).toBe(1200);
    expect((await desk.call('POST', '/v1/videos/text2video')).code).toBe(1200);
  });

  test('a model that the account may not use is 403', async () => {
    const desk = openDesk({
      accounts: [
        {
          apiKeys: ['key-1'],
          forbiddenModels: ['kling-3.0'],
          packs: [{ name: 'p', type: 'video', units: '10', concurrency: 1 }],
        },
      ],
    });
    const answered = await desk.call('POST', '/text-to-video/kling-3.0', { prompt: 'a' });
    expect([answered.status, answered.code]).toEqual([403, 1103]);
  });
});
