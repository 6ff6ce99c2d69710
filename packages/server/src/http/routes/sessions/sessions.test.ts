import { expect, test } from 'vitest';
import { SESSION_IDLE_MS, SESSION_MOST_MS } from '../../../lifecycle/operate/sessions.ts';
import { addPath, liveWhole } from '../../testing/life.ts';
import { type Answered, type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

type Browser = { cookie: string; csrf: string };

/** What a browser keeps of the answer. */
function browserOf(answer: Answered): Browser {
  expect(answer.status).toBe(201);
  return { cookie: (answer.headers['set-cookie'] ?? '').split(';')[0] ?? '', csrf: answer.body.csrf_token };
}

async function signIn(rig: Rig, key: string): Promise<Browser> {
  return browserOf(await rig.ask('POST', '/v1/session', { body: { api_key: key } }));
}

const reading = ({ cookie }: Browser) => ({ headers: { cookie } });
const writing = ({ cookie, csrf }: Browser, more: Record<string, string> = {}) => ({
  headers: { cookie, 'x-sluice-csrf': csrf, ...more },
});

test('a key is exchanged for a cookie that no script can read, and the cookie does what the key does', async () => {
  const rig = use();
  const { key, keyId, id } = await rig.account();
  const answer = await rig.ask('POST', '/v1/session', { body: { api_key: key } });
  const cookie = answer.headers['set-cookie'] ?? '';
  expect(cookie).toMatch(
    /^sluice-session-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
  );
  expect(answer.text).not.toContain(/=([\w-]{43});/.exec(cookie)?.[1]);
  const browser = browserOf(answer);
  const me = await rig.ask('GET', '/v1/session', reading(browser));
  expect(me.body).toMatchObject({
    key: { id: keyId, name: 'test key' },
    account: { id, name: 'A team' },
    operator: false,
    member: null,
    csrf_token: browser.csrf,
  });
  expect((await rig.ask('GET', '/v1/balance', reading(browser))).body.available).toBe('100.00');
});

test('by key, the same question says who and tells no token', async () => {
  const rig = use();
  const me = await rig.ask('GET', '/v1/session', { key: rig.operatorKey });
  expect(me.body).toMatchObject({ operator: true, account: null, csrf_token: null, expires_at: null });
  expect((await rig.ask('GET', '/v1/session')).body.error.code).toBe('missing_key');
});

test.each([
  ['no token', {}, false],
  ['a token of somebody else', { 'x-sluice-csrf': 'A'.repeat(43) }, false],
  ['another site, with the token', { origin: 'http://evil.example' }, true],
  ['a sandboxed page, with the token', { origin: 'null' }, true],
  ['a sub-domain, with the token', { 'sec-fetch-site': 'same-site' }, true],
  ['a cross-site form, with the token', { 'sec-fetch-site': 'cross-site' }, true],
])('a write by cookie is refused with %s', async (_name, headers, withToken) => {
  const rig = use();
  const browser = await signIn(rig, rig.operatorKey);
  const sent = withToken ? writing(browser, headers) : { headers: { cookie: browser.cookie, ...headers } };
  const before = (await rig.ask('GET', '/v1/accounts', reading(browser))).body.data.length;
  const answer = await rig.ask('POST', '/v1/accounts', { ...sent, body: { name: 'forged' } });
  expect(answer.status).toBe(403);
  expect(answer.body.error.code).toBe('csrf_refused');
  expect((await rig.ask('GET', '/v1/accounts', reading(browser))).body.data).toHaveLength(before);
});

test('a write from our own page is done', async () => {
  const rig = use();
  const browser = await signIn(rig, rig.operatorKey);
  const headers = { host: 'sluice.test', origin: 'https://sluice.test', 'sec-fetch-site': 'same-origin' };
  const https = browserOf(
    await rig.ask('POST', '/v1/session', { headers, body: { api_key: rig.operatorKey } }),
  );
  const answer = await rig.ask('POST', '/v1/accounts', {
    ...writing(https, headers),
    body: { name: 'mine' },
  });
  expect(answer.status).toBe(201);
  const plain = await rig.ask('POST', '/v1/accounts', { ...writing(browser), body: { name: 'mine too' } });
  expect(plain.status).toBe(201);
});

test('over https the cookie is Secure and for this host alone, and no other is believed there', async () => {
  const rig = use();
  const headers = { host: 'sluice.test', origin: 'https://sluice.test' };
  const answer = await rig.ask('POST', '/v1/session', { headers, body: { api_key: rig.operatorKey } });
  expect(answer.headers['set-cookie']).toMatch(/^__Host-sluice-session-.*; Path=\/; .*; Secure$/);
  const planted = await signIn(rig, (await rig.account()).key);
  const host = { host: 'sluice.test' };
  const me = await rig.ask('GET', '/v1/session', { headers: { ...host, cookie: planted.cookie } });
  expect(me.body.error.code).toBe('missing_key');
  const both = `${planted.cookie}; ${browserOf(answer).cookie}`;
  expect((await rig.ask('GET', '/v1/session', { headers: { ...host, cookie: both } })).body.operator).toBe(
    true,
  );
});

test('two cookies of one name are nobody', async () => {
  const rig = use();
  const [one, two] = [await signIn(rig, rig.operatorKey), await signIn(rig, (await rig.account()).key)];
  const answer = await rig.ask('GET', '/v1/session', { headers: { cookie: `${one.cookie}; ${two.cookie}` } });
  expect(answer.body.error.code).toBe('missing_key');
});

test('no other page signs a person in, nor keeps the session that they had', async () => {
  const rig = use();
  const { key } = await rig.account();
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const answer = await rig.ask('POST', '/v1/session', { headers: foreign, body: { api_key: key } });
  expect(answer.body.error.code).toBe('csrf_refused');
  expect(answer.headers['set-cookie']).toBeUndefined();
  const first = await signIn(rig, key);
  const again = browserOf(
    await rig.ask('POST', '/v1/session', { ...reading(first), body: { api_key: rig.operatorKey } }),
  );
  expect(again.cookie).not.toBe(first.cookie);
  const old = await rig.ask('GET', '/v1/session', reading(first));
  expect(old.body.error.code).toBe('session_expired');
});

test('an API key in the header wins over the cookie, and needs no token', async () => {
  const rig = use();
  const browser = await signIn(rig, rig.operatorKey);
  const { key, id } = await rig.account();
  const me = await rig.ask('GET', '/v1/session', { ...reading(browser), key });
  expect(me.body.account.id).toBe(id);
  const made = await rig.ask('POST', '/v1/webhooks', {
    headers: { cookie: browser.cookie, origin: 'https://elsewhere.example' },
    key,
    body: { url: 'https://hooks.example.com/' },
  });
  expect(made.status).toBe(201);
  const bad = await rig.ask('GET', '/v1/session', { ...reading(browser), key: 'sk-wrong' });
  expect(bad.body.error.code).toBe('invalid_key');
});

test('a session ends by signing out, by age, by being left alone, and with its key', async () => {
  const rig = use();
  const { key, keyId } = await rig.account();
  const alive = async (browser: Browser) => (await rig.ask('GET', '/v1/session', reading(browser))).status;
  const out = await signIn(rig, key);
  expect((await rig.ask('DELETE', '/v1/session', reading(out))).body.error.code).toBe('csrf_refused');
  const ended = await rig.ask('DELETE', '/v1/session', writing(out));
  expect(ended.headers['set-cookie']).toContain('Max-Age=0');
  expect(await alive(out)).toBe(401);

  const idle = await signIn(rig, key);
  rig.clock.advance(SESSION_IDLE_MS);
  expect(await alive(idle)).toBe(401);

  const busy = await signIn(rig, key);
  for (let atMs = 0; atMs < SESSION_MOST_MS - SESSION_IDLE_MS; atMs += SESSION_IDLE_MS / 2) {
    rig.clock.advance(SESSION_IDLE_MS / 2);
    expect(await alive(busy)).toBe(200);
  }
  rig.clock.advance(SESSION_IDLE_MS);
  expect(await alive(busy)).toBe(401);

  const revoked = await signIn(rig, key);
  await rig.ask('DELETE', `/v1/keys/${keyId}`, { key: rig.operatorKey });
  rig.clock.advance(1_000);
  expect(await alive(revoked)).toBe(401);
});

test('a sign-in link works once, for its own key, and for a quarter of an hour', async () => {
  const rig = use();
  const link = await rig.ask('POST', '/v1/session/links', { key: rig.operatorKey, body: {} });
  const { origin, pathname, hash } = new URL(link.body.url);
  expect({ origin, pathname }).toEqual({ origin: 'https://sluice.test', pathname: '/console/' });
  const token = hash.replace('#token=', '');
  const tries = await Promise.all(
    Array.from({ length: 5 }, () => rig.ask('POST', '/v1/session', { body: { token } })),
  );
  expect(tries.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401]);
  const won = tries.find(({ status }) => status === 201);
  expect(won?.body.operator).toBe(true);
  const late = await rig.ask('POST', '/v1/session/links', { key: rig.operatorKey, body: {} });
  rig.clock.advance(15 * 60_000);
  const answer = await rig.ask('POST', '/v1/session', { body: { token: late.body.url.split('=')[1] } });
  expect(answer.body.error.code).toBe('invalid_key');
  const { key } = await rig.account();
  expect((await rig.ask('POST', '/v1/session/links', { key, body: {} })).status).toBe(403);
});

test('neither cookies nor link tokens are kept or logged as they are', async () => {
  const rig = use();
  const browser = await signIn(rig, rig.operatorKey);
  const link = await rig.ask('POST', '/v1/session/links', { ...writing(browser), body: {} });
  await rig.ask('POST', '/v1/session', { body: { token: link.body.url.split('=')[1] } });
  const { rows } = await rig.database.query({
    name: 'test_all_sign_ins',
    text: `SELECT s::text AS row FROM sessions s UNION ALL SELECT l::text FROM sign_in_links l
           UNION ALL SELECT o::text FROM operator_actions o`,
  });
  const kept = JSON.stringify(rows) + JSON.stringify(rig.logs);
  const texts = [browser.cookie.split('=')[1] ?? '', link.body.url.split('=')[1], browser.csrf];
  for (const text of texts) {
    expect(text).toHaveLength(43);
    expect(kept).not.toContain(text);
    expect(kept).not.toContain(Buffer.from(text).toString('hex'));
    expect(kept).not.toContain(Buffer.from(text, 'base64url').toString('hex'));
  }
});

test('guessing keys and links makes an address wait, a page whose session is over does not', async () => {
  const rig = use();
  const from = { remoteAddress: '10.9.9.9' };
  const guess = () => rig.ask('POST', '/v1/session', { ...from, body: { token: 'A'.repeat(43) } });
  const answers: string[] = [];
  for (let count = 0; count < 21; count += 1) answers.push((await guess()).body.error.code);
  expect(answers.at(-1)).toBe('rate_limited');
  const stale = { ...from, headers: { cookie: 'sluice-session-00000000=x' } };
  expect((await rig.ask('GET', '/v1/session', stale)).body.error.code).toBe('missing_key');
  const browser = await signIn(rig, rig.operatorKey);
  const over = { remoteAddress: '10.9.9.8', headers: { cookie: browser.cookie.replace(/.{4}$/, 'AAAA') } };
  for (let count = 0; count < 50; count += 1) {
    expect((await rig.ask('GET', '/v1/tasks', over)).body.error.code).toBe('session_expired');
  }
});

test('a cookie that is over takes nothing away from a signed link', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  const task = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
  const link = new URL(task.body.assets[0].url);
  const browser = await signIn(rig, key);
  const over = { cookie: browser.cookie.replace(/.{4}$/, 'AAAA') };
  expect((await rig.ask('GET', `${link.pathname}${link.search}`, { headers: over })).status).toBe(200);
  expect((await rig.ask('GET', link.pathname, reading(browser))).status).toBe(200);
});

test('answers cannot be framed, and run nothing when shown by themselves', async () => {
  const { ask, operatorKey } = use();
  const { headers } = await ask('GET', '/v1/session', { key: operatorKey });
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
});
