import { problem, type ScriptedGateway, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GROUPS } from './program.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './testing/terminal.ts';

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal({ url: gateway.url, ...options });
  terminals.push(terminal);
  return terminal;
};

beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const COMMANDS = GROUPS.flatMap(([, entries]) => entries.map(({ name }) => name));

describe('help', () => {
  test('lists every command with examples, the order of sources and the exit codes', async () => {
    const { code, out } = await (await open({ terminal: true })).run('--help');
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(out).toContain('Examples:');
    expect(out).toContain('SLUICE_URL');
    expect(out).toContain('Exit codes: 0 done, 1 refused');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  test.each(COMMANDS)('%s has its own', async (name) => {
    const { code, out } = await (await open()).run(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: sluice ${name}`);
  });

  test('the version', async () => {
    expect(await (await open()).run('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});

describe('exit codes', () => {
  test('2 for wrong usage', async () => {
    const terminal = await open({ terminal: true });
    for (const argv of [
      ['nope'],
      ['tasks', 'nope'],
      ['tasks', 'get'],
      ['tasks', 'list', '--status', 'odd'],
      [],
    ]) {
      const { code, err } = await terminal.run(...argv);
      expect({ argv, code }).toEqual({ argv, code: 2 });
      expect(err).not.toBe('');
    }
  });

  test('a suggestion for a mistyped command', async () => {
    expect((await (await open()).run('task')).err).toContain('Did you mean tasks?');
  });

  test('1 for a refusal, told plainly: message, field, what to do, request id', async () => {
    gateway.on('GET', '/v1/models/kling-9', {
      status: 422,
      json: {
        error: {
          code: 'invalid_input',
          message: 'There is no such model.',
          field: 'model',
          allowed: ['kling-3.0'],
          fix: 'Pick one from GET /v1/models.',
          retryable: false,
          request_id: 'req_7',
        },
      },
    });
    const { code, out, err } = await (await open({ terminal: true })).run('models', 'kling-9');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatchInlineSnapshot(`
      "✗ There is no such model.
        field    model
        allowed  ["kling-3.0"]
        fix      Pick one from GET /v1/models.
        request  req_7 (invalid_input)
      "
    `);
  });

  test('the same for a program', async () => {
    gateway.on('GET', '/v1/models', problem(403, 'forbidden', { retryable: false }));
    const { code, out, err } = await (await open()).run('models');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'forbidden',
        message: 'forbidden.',
        fix: 'Fix it.',
        status: 403,
        request_id: 'req_1',
        retryable: false,
      },
    });
  });

  test('a missing key says how to give one', async () => {
    gateway.on('GET', '/v1/models', problem(401, 'missing_key'));
    expect((await (await open({ terminal: true })).run('models')).err).toContain('sluice login');
  });

  test('3 when no gateway answers', async () => {
    const gone = await startScriptedGateway();
    await gone.close();
    const { code, err } = await (await open({ terminal: true, url: gone.url })).run('models');
    expect(code).toBe(3);
    expect(err).toContain(`Cannot connect to ${gone.url}`);
  });

  test('3 when something else answers', async () => {
    gateway.on('GET', '/v1/models', { headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect((await (await open()).run('models')).code).toBe(3);
  });
});

describe('text and JSON', () => {
  const page = { object: 'list', data: [], next_cursor: null };

  test('JSON in a pipe, text on a terminal', async () => {
    gateway.on('GET', '/v1/tasks', { json: page });
    expect((await (await open()).run('tasks', 'list')).out).toBe(`${JSON.stringify(page)}\n`);
    expect((await (await open({ terminal: true })).run('tasks', 'list')).out).toBe('No tasks.\n');
  });

  test('either can be asked for, before or after the command', async () => {
    gateway.on('GET', '/v1/tasks', { json: page });
    const onTerminal = await open({ terminal: true });
    expect(JSON.parse((await onTerminal.run('tasks', 'list', '--json')).out)).toEqual(page);
    expect(JSON.parse((await onTerminal.run('--json', 'tasks', 'list')).out)).toEqual(page);
    expect((await (await open()).run('tasks', 'list', '--no-json')).out).toBe('No tasks.\n');
  });

  test('colours on a terminal only, and never against NO_COLOR', async () => {
    gateway.on('GET', '/v1/models', problem(404, 'not_found'));
    const anyColour = '\u001b[';
    const colourful = await open({ terminal: true, env: { NO_COLOR: '', TERM: 'xterm' } });
    expect((await colourful.run('models')).err).toContain(anyColour);
    expect((await (await open({ terminal: true })).run('models')).err).not.toContain(anyColour);
  });

  test('what others wrote cannot steer the terminal', async () => {
    gateway.on(
      'GET',
      '/v1/models',
      problem(422, 'invalid_input', { message: 'a\u001b]0;title\u0007b\u001b[2Jc\u202e' }),
    );
    expect((await (await open({ terminal: true })).run('models')).err).toContain('✗ abc\n');
  });
});

test('the key that is given is the key that is sent', async () => {
  gateway.on('GET', '/v1/models', { json: { object: 'list', data: [], next_cursor: null } });
  const terminal = await open();
  await terminal.run('models');
  await terminal.run('models', '--key', 'sk-sluice-other');
  expect(gateway.requests.map((seen) => seen.headers.authorization)).toEqual([
    'Bearer sk-sluice-test',
    'Bearer sk-sluice-other',
  ]);
});
