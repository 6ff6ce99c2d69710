import { problem, type ScriptedGateway, samplePath, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

const API_KEY = 'api-key-kling-0123456789';
let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal({ url: gateway.url, terminal: true, ...options });
  terminals.push(terminal);
  return terminal;
};

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('POST', '/v1/paths', { status: 201, json: samplePath() });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const sent = () => gateway.requestsTo('POST', '/v1/paths').map((seen) => seen.json);

describe('paths add kling, with a person', () => {
  test('asks for the API key, says what was found', async () => {
    const terminal = await open({ answers: ['api_key', API_KEY, 'global', 'kling-main'] });
    const { code, out, err } = await terminal.run('paths', 'add', 'kling');
    expect(code).toBe(0);
    expect(terminal.asked).toEqual([
      'Which credential do you have?',
      'API key',
      'Where is the account?',
      'Name of the path',
    ]);
    expect(sent()).toEqual([
      { name: 'kling-main', provider: 'kling', credential: { api_key: API_KEY }, check: true },
    ]);
    expect(out).toContain('✓ The credential is good. Saved.');
    expect(out).toContain('Video-1000Units-5Con-3Months: 812.40 of 1000.00 units, 5 at once');
    expect(out + err).not.toContain(API_KEY);
  });

  test('or for AccessKey and SecretKey, and another region', async () => {
    const terminal = await open({ answers: ['pair', 'access-key-1', 'secret-key-1', 'china', 'kling-cn'] });
    await terminal.run('paths', 'add', 'kling', '--limit', 'kling-3.0=5', '--limit', '*=20');
    expect(sent()).toEqual([
      {
        name: 'kling-cn',
        provider: 'kling',
        credential: { access_key: 'access-key-1', secret_key: 'secret-key-1' },
        base_url: 'https://api-beijing.klingai.com',
        limits: { 'kling-3.0': 5, '*': 20 },
        check: true,
      },
    ]);
  });

  test('a key that the vendor refuses can be typed again', async () => {
    gateway.on(
      'POST',
      '/v1/paths',
      problem(422, 'invalid_input', {
        field: 'credential',
        message: '1002: key not valid',
        retryable: false,
      }),
      { status: 201, json: samplePath() },
    );
    const once = ['api_key', API_KEY, 'global', 'kling-main'];
    const terminal = await open({ answers: [...once, true, ...once] });
    const { code, err } = await terminal.run('paths', 'add', 'kling');
    expect(code).toBe(0);
    expect(err).toContain('1002: key not valid');
    expect(sent()).toHaveLength(2);
  });

  test('or left', async () => {
    gateway.on('POST', '/v1/paths', problem(422, 'invalid_input', { retryable: false }));
    const terminal = await open({ answers: ['api_key', API_KEY, 'global', 'kling-main', false] });
    expect((await terminal.run('paths', 'add', 'kling')).code).toBe(1);
    expect(sent()).toHaveLength(1);
  });
});

describe('paths add, in a script', () => {
  test.each<[string, TerminalOptions, Record<string, string>]>([
    ['a key from a pipe', { stdin: `${API_KEY}\n` }, { api_key: API_KEY }],
    [
      'fields from a pipe',
      { stdin: '{"access_key":"a","secret_key":"s"}' },
      { access_key: 'a', secret_key: 's' },
    ],
  ])('%s', async (_, options, credential) => {
    const terminal = await open(options);
    expect((await terminal.run('paths', 'add', 'kling', '--credential-stdin', '--name', 'k')).code).toBe(0);
    expect(sent()).toEqual([{ name: 'k', provider: 'kling', credential, check: true }]);
  });

  test('from the environment', async () => {
    const terminal = await open({ env: { KLING_ACCESS_KEY: 'a', KLING_SECRET_KEY: 's' } });
    await terminal.run('paths', 'add', 'kling', '--sandbox', '--no-check', '--setting', 'generation=legacy');
    expect(sent()).toEqual([
      {
        name: 'kling',
        provider: 'kling',
        credential: { access_key: 'a', secret_key: 's' },
        settings: { generation: 'legacy' },
        sandbox: true,
        check: false,
      },
    ]);
  });

  test.each([
    ['nothing given', '', ['paths', 'add', 'kling']],
    ['an empty pipe', '', ['paths', 'add', 'kling', '--credential-stdin']],
    ['a pipe of something else', '{"api_key":7}', ['paths', 'add', 'kling', '--credential-stdin']],
    [
      'a limit of nothing',
      API_KEY,
      ['paths', 'add', 'kling', '--credential-stdin', '--limit', 'kling-3.0=0'],
    ],
  ])('%s is wrong usage', async (_, stdin, argv) => {
    expect((await (await open({ stdin })).run(...argv)).code).toBe(2);
    expect(sent()).toHaveLength(0);
  });
});

describe('changes', () => {
  test.each([
    [['paths', 'pause', 'kling-main'], { state: 'paused' }],
    [['paths', 'resume', 'kling-main'], { state: 'active' }],
    [['paths', 'drain', 'kling-main'], { state: 'draining' }],
    [['paths', 'limit', 'kling-main', 'kling-3.0=5', '*=none'], { limits: { 'kling-3.0': 5, '*': null } }],
  ])('%j', async (argv, expected) => {
    gateway.on('PATCH', '/v1/paths/kling-main', { json: samplePath() });
    expect((await (await open()).run(...argv)).code).toBe(0);
    expect(gateway.requests[0]?.json).toEqual(expected);
  });

  test('rotate replaces the credential and checks it', async () => {
    gateway.on('GET', '/v1/paths/kling-main', { json: samplePath() });
    gateway.on('PATCH', '/v1/paths/kling-main', { json: samplePath() });
    gateway.on('POST', '/v1/paths/kling-main/check', {
      json: { ok: false, detail: '1002: key not valid', wallet: null },
    });
    const terminal = await open({ stdin: API_KEY, env: { KLING_API_KEY: 'the old one' } });
    const { code, out } = await terminal.run('paths', 'rotate', 'kling-main', '--credential-stdin');
    expect({ code, out }).toEqual({ code: 1, out: '✗ kling-main: 1002: key not valid\n' });
    expect(gateway.requestsTo('PATCH', '/v1/paths/kling-main')[0]?.json).toEqual({
      credential: { api_key: API_KEY },
    });
    expect((await terminal.run('paths', 'rotate', 'kling-main')).code).toBe(2);
  });

  test('check', async () => {
    const { wallet } = samplePath();
    gateway.on('POST', '/v1/paths/kling-main/check', {
      json: { ok: true, detail: 'The key works.', wallet },
    });
    const { code, out } = await (await open()).run('paths', 'check', 'kling-main');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✓ kling-main: The key works.
        812.40 units left
        Video-1000Units-5Con-3Months: 812.40 of 1000.00 units, 5 at once, ends 2026-12-01
      "
    `);
  });
});
