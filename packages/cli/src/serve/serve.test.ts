import { resolve } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../endings.ts';
import { paintFor } from '../output/output.ts';
import { openTerminal, type TerminalOptions } from '../testing/terminal.ts';
import { type Started, startedText } from './banner.ts';
import { addServeFlags, type ServeFlags, settingsFrom } from './settings.ts';

async function settings(argv: string[], options: TerminalOptions = {}) {
  const { surroundings, close } = await openTerminal(options);
  await close();
  const command = addServeFlags(new Command()).exitOverride().parse(argv, { from: 'user' });
  return { config: settingsFrom(command.opts<ServeFlags>(), surroundings), surroundings };
}

describe('settings of serve', () => {
  test('every flag has its setting', async () => {
    const { config, surroundings } = await settings([
      ...['-p', '0', '--host', '0.0.0.0', '--data-dir', 'data', '--database-url', 'postgres://db/s'],
      ...['--public-url', 'https://sluice.example/', '--log-level', 'debug'],
    ]);
    expect(config).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      dataDir: resolve(surroundings.cwd, 'data'),
      databaseUrl: 'postgres://db/s',
      publicUrl: 'https://sluice.example',
      logLevel: 'debug',
    });
  });

  test('flags beat the environment, the environment beats the defaults', async () => {
    const env = { SLUICE_PORT: '9000', SLUICE_HOST: '10.0.0.1' };
    const { config } = await settings(['-p', '9001'], { env });
    expect(config).toMatchObject({ port: 9001, host: '10.0.0.1', databaseUrl: null });
  });

  test('a terminal is not filled with log lines, unless asked for', async () => {
    expect((await settings([], { terminal: true })).config.logLevel).toBe('warn');
    expect((await settings([])).config.logLevel).toBe('info');
    const asked = await settings([], { terminal: true, env: { SLUICE_LOG_LEVEL: 'debug' } });
    expect(asked.config.logLevel).toBe('debug');
  });

  test('a wrong setting is wrong usage and is named', async () => {
    const wrong = settings([], { env: { SLUICE_PORT: 'many' } });
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow('SLUICE_PORT');
  });
});

describe('what a start says', () => {
  const started: Started = {
    url: 'http://127.0.0.1:8080',
    operatorKey: 'sk-sluice-operator',
    console: 'http://127.0.0.1:8080/console/#token=once',
    dataDir: '/srv/sluice',
    database: { kind: 'embedded', version: '18.4', adopted: false },
    savedIn: '/srv/sluice/cli.json',
    sandbox: null,
  };
  const text = async (over: Partial<Started>): Promise<string> => {
    const { surroundings, close } = await openTerminal({ terminal: true });
    await close();
    return startedText({ ...started, ...over }, paintFor(surroundings.stdout, surroundings)());
  };

  test('on the first start, the key in a box', async () => {
    expect(await text({})).toMatchInlineSnapshot(`
      "╭────────────────────────────────────────────────────────────╮
      │ ● Sluice runs at http://127.0.0.1:8080                     │
      │                                                            │
      │ console    http://127.0.0.1:8080/console/#token=once       │
      │ API        http://127.0.0.1:8080/v1                        │
      │ reference  http://127.0.0.1:8080/docs                      │
      │ health     http://127.0.0.1:8080/readyz                    │
      │ database   PostgreSQL 18.4, embedded                       │
      │ data       /srv/sluice                                     │
      │                                                            │
      │ operator key  sk-sluice-operator                           │
      │ Shown this once. The commands on this machine find it in   │
      │ /srv/sluice/cli.json                                       │
      │ The console link signs you in, once; later: sluice console │
      │                                                            │
      │ Next, in another terminal:                                 │
      │   sluice paths add kling                                   │
      │   sluice accounts create "My team"                         │
      │   sluice topup <account> 100                               │
      │   sluice keys create "mine" --account <account> --save     │
      │   sluice generate "a fox in the snow" -m kling-3.0         │
      ╰────────────────────────────────────────────────────────────╯"
    `);
  });

  test('later, no key and no box', async () => {
    expect(await text({ operatorKey: null, sandbox: ['kling-sandbox'] })).toMatchInlineSnapshot(`
      "● Sluice runs at http://127.0.0.1:8080
        console    http://127.0.0.1:8080/console/#token=once
        API        http://127.0.0.1:8080/v1
        reference  http://127.0.0.1:8080/docs
        health     http://127.0.0.1:8080/readyz
        database   PostgreSQL 18.4, embedded
        data       /srv/sluice
        sandbox    path kling-sandbox: an emulator, nothing is paid"
    `);
  });
});
