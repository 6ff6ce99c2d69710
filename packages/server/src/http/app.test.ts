import { type Operation, operations } from '@sluice/contract';
import { expect, test } from 'vitest';
import { doorRoutes } from './doors/doors.ts';
import { useRig } from './testing/rig.ts';
import { extraRoutes } from './unrouted.ts';

const use = useRig();

const table = Object.entries<Operation>(operations).map(([id, operation]) => ({ id, ...operation }));

test('every operation of the contract and of the doors has a route, and nothing else is routed', () => {
  const { app } = use();
  const wanted = [
    ...table.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    ...[...extraRoutes, ...doorRoutes].map(({ method, path }) => `${method} ${path}`),
  ].map((route) => route.replaceAll(/\{(\w+)\}/g, ':$1'));
  for (const route of wanted) {
    const [method = '', url = ''] = route.split(' ');
    expect(app.hasRoute({ method: method as 'GET', url }), route).toBe(true);
  }
  const routed = routesOf(app.printRoutes({ commonPrefix: false }));
  expect(routed.filter(isWhole)).toEqual(wanted.filter(isWhole).sort());
  // Of what stands for many addresses the printed tree loses the beginning; their methods still have to add up.
  expect(routed.filter(isWild).map(methodOf).sort()).toEqual(wanted.filter(isWild).map(methodOf).sort());
});

const isWild = (route: string) => route.endsWith('*');
const isWhole = (route: string) => !isWild(route);
const methodOf = (route: string) => route.split(' ')[0];

/** `│   └── tasks (GET, HEAD)` under its parents, as whole paths. */
function routesOf(printed: string): string[] {
  const parents: string[] = [];
  const found: string[] = [];
  for (const line of printed.split('\n')) {
    const match = /^((?:[│ ] {3})*)[├└]── (\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) continue;
    const [, indent = '', part = '', methods] = match;
    const depth = indent.length / 4;
    parents.length = depth;
    parents.push(part);
    for (const method of methods?.split(', ') ?? []) found.push(`${method} ${parents.join('')}`);
  }
  return found.sort();
}

test.each(table.filter(({ access }) => access !== 'public'))('$id needs a key', async (operation) => {
  const answer = await use().ask(operation.method.toUpperCase(), operation.path.replace('{id}', 'x'), {
    ...(operation.body && !operation.bodyTypes ? { body: {} } : {}),
  });
  expect(answer.status).toBe(401);
  expect(answer.body.error).toMatchObject({ code: 'missing_key', retryable: false });
  expect(answer.headers['www-authenticate']).toContain('Bearer');
});

test.each(table.filter(({ access }) => access === 'operator'))(
  '$id is for operators only',
  async (operation) => {
    const { ask, account } = use();
    const { key } = await account({ topUp: '0' });
    const answer = await ask(operation.method.toUpperCase(), operation.path.replace('{id}', 'x'), { key });
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({ code: 'forbidden', allowed: ['operator'] });
  },
);

test('a path that exists answers other methods with those that it has', async () => {
  const answer = await use().ask('PUT', '/v1/tasks/task_1');
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe('GET');
  expect(answer.body.error.code).toBe('method_not_allowed');
});

test.each(['/nowhere', '/v1', '/V1/tasks', '/v1/tasks/a/b/c', '/%c0%ae/', '/v1/tasks/%'])(
  '%s is not found',
  async (url) => {
    const answer = await use().ask('GET', url);
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('not_found');
  },
);

test('every answer says how many orders fit and whose pages may read it, as the document has it', async () => {
  const { headers } = await use().ask('GET', '/v1/tasks');
  expect(headers).toMatchObject({
    'ratelimit-policy': '"creates";q=2000;qu="concurrent-requests"',
    ratelimit: '"creates";r=2000',
    'access-control-allow-origin': 'https://sluice.test',
  });
});

test('every answer carries its request id, and errors repeat it', async () => {
  const answer = await use().ask('GET', '/v1/tasks');
  expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  expect(answer.body.error.request_id).toBe(answer.headers['x-request-id']);
});

test.each([
  ['not JSON', '{"name": ', 400, 'invalid_json'],
  ['nothing', '', 400, 'invalid_json'],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'invalid_json'],
  ['a prototype', '{"name":"x","__proto__":{"a":1}}', 400, 'invalid_json'],
  ['a prototype behind escapes', '{"name":"x","\\u005f_proto__":{"a":1}}', 400, 'invalid_json'],
  ['a list', '[]', 422, 'invalid_input'],
  ['too many bytes', JSON.stringify({ name: 'x'.repeat(1024 ** 2) }), 413, 'payload_too_large'],
])('a body that is %s is refused as such', async (_name, body, status, code) => {
  const { ask, operatorKey: key } = use();
  const headers = { 'content-type': 'application/json' };
  const answer = await ask('POST', '/v1/accounts', { key, body, headers });
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});

test('a body of another type is refused', async () => {
  const { ask, operatorKey: key } = use();
  const headers = { 'content-type': 'text/plain' };
  const answer = await ask('POST', '/v1/accounts', { key, body: 'name=x', headers });
  expect(answer.body.error).toMatchObject({ code: 'unsupported_media_type', allowed: ['application/json'] });
  expect(answer.status).toBe(415);
});

test('an unknown field is named, with the fields that there are', async () => {
  const { ask, operatorKey: key } = use();
  const answer = await ask('POST', '/v1/accounts', { key, body: { name: 'x', wieght: 2 } });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ code: 'unknown_field', field: 'wieght' });
  expect(answer.body.error.message).toContain('did you mean "weight"?');
  expect(answer.body.error.allowed).toContain('credit_limit');
});

test('an unknown query parameter is named', async () => {
  const { ask, operatorKey: key } = use();
  const answer = await ask('GET', '/v1/tasks?colour=red', { key });
  expect(answer.body.error).toMatchObject({ code: 'unknown_field', field: 'colour' });
});

test('a failure inside tells the client nothing and the log everything', async () => {
  const { app, ask, operatorKey: key, context, logs } = use();
  const { list } = context.store.accounts;
  context.store.accounts.list = async () => {
    throw new Error('column "secret_thing" does not exist');
  };
  const answer = await ask('GET', '/v1/accounts', { key });
  context.store.accounts.list = list;
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('secret_thing');
  expect(answer.body.error).toMatchObject({ code: 'internal', retryable: true });
  expect(JSON.stringify(logs)).toContain('secret_thing');
  expect(app.server.listening).toBe(false);
});

test.each([
  ['refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ['full pool', new Error('timeout exceeded when trying to connect')],
  ['slow statement', Object.assign(new Error('canceling statement'), { code: '57014' })],
  ['too many connections', Object.assign(new Error('sorry, too many clients'), { code: '53300' })],
])('a %s of the database is 503 with Retry-After', async (_name, error) => {
  const { ask, operatorKey: key, context } = use();
  const { list } = context.store.accounts;
  context.store.accounts.list = async () => {
    throw error;
  };
  const answer = await ask('GET', '/v1/accounts', { key });
  context.store.accounts.list = list;
  expect(answer.status).toBe(503);
  expect(answer.body.error).toMatchObject({ code: 'unavailable', retryable: true });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.text).not.toMatch(/ECONN|timeout exceeded|canceling|too many clients/);
});
