import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problem, type ScriptedGateway, sampleSystem, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal(options);
  terminals.push(terminal);
  return terminal;
};
const saved = async (terminal: Terminal): Promise<unknown> =>
  JSON.parse(await readFile(join(terminal.homeDir, '.config/sluice/config.json'), 'utf8'));

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('GET', '/v1/system', { json: sampleSystem() });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

describe('login', () => {
  test('asks, tries, saves', async () => {
    const terminal = await open({ terminal: true, answers: [gateway.url, 'sk-sluice-op'] });
    const { code, out } = await terminal.run('login');
    expect(code).toBe(0);
    expect(out).toContain('as the operator key');
    expect(gateway.requests[0]?.headers.authorization).toBe('Bearer sk-sluice-op');
    expect(await saved(terminal)).toEqual({ url: gateway.url, operatorKey: 'sk-sluice-op' });
  });

  test('knows an account key from an operator key, and keeps both', async () => {
    const terminal = await open({ stdin: 'sk-sluice-mine\n' });
    await terminal.run('login', '--url', gateway.url, '--key', 'sk-sluice-op');
    gateway.on('GET', '/v1/system', problem(403, 'forbidden', { retryable: false }));
    expect((await terminal.run('login', '--url', gateway.url, '--key-stdin')).code).toBe(0);
    expect(await saved(terminal)).toEqual({
      url: gateway.url,
      operatorKey: 'sk-sluice-op',
      key: 'sk-sluice-mine',
    });
  });

  test('does not save a key that is refused', async () => {
    gateway.on('GET', '/v1/system', problem(401, 'invalid_key', { retryable: false }));
    const terminal = await open();
    expect((await terminal.run('login', '--url', gateway.url, '--key', 'wrong')).code).toBe(1);
    await expect(saved(terminal)).rejects.toThrow();
  });

  test.each([[['login']], [['login', '--url', 'localhost']], [['login', '--url', 'http://h']]])(
    '%j without a person is wrong usage',
    async (argv) => {
      expect((await (await open()).run(...argv)).code).toBe(2);
    },
  );

  test('--forget deletes it', async () => {
    const terminal = await open();
    await terminal.run('login', '--url', gateway.url, '--key', 'k', '--no-check');
    expect(JSON.parse((await terminal.run('login', '--forget')).out)).toMatchObject({ deleted: true });
    await expect(saved(terminal)).rejects.toThrow();
  });
});
