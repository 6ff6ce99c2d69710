import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addToConfigFile, configFilePath, deleteConfigFile } from './config-file.ts';
import { findConnection } from './connection.ts';
import { readLocalGateway, writeLocalGateway } from './local-gateway.ts';

let homeDir: string;
beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'sluice-home-'));
});
afterEach(() => rm(homeDir, { recursive: true, force: true }));

const LOGIN = { url: 'https://login.example', key: 'login-key', operatorKey: 'login-operator' };
const LOCAL = { url: 'http://127.0.0.1:9000', key: 'local-key', operatorKey: 'local-operator' };

const surroundings = (env: Record<string, string> = {}) => ({ env, homeDir, cwd: homeDir });
const configPath = () => configFilePath({ env: {}, homeDir });
const saveLogin = () => addToConfigFile(configPath(), LOGIN);
const saveLocal = async () => {
  await mkdir(join(homeDir, '.sluice'), { recursive: true });
  await writeLocalGateway(join(homeDir, '.sluice'), LOCAL);
};

describe('which gateway, with which key', () => {
  test('the default, without a key', async () => {
    expect(await findConnection({}, 'account', surroundings())).toMatchObject({
      url: 'http://127.0.0.1:8080',
      key: undefined,
    });
  });

  test('flags beat environment beats login beats the gateway of this machine', async () => {
    await saveLocal();
    const at = async (flags = {}, env = {}) => {
      const { url, key } = await findConnection(flags, 'account', surroundings(env));
      return [url, key];
    };
    const env = { SLUICE_URL: 'https://env.example', SLUICE_KEY: 'env-key' };
    expect(await at()).toEqual([LOCAL.url, 'local-key']);
    await saveLogin();
    expect(await at()).toEqual([LOGIN.url, 'login-key']);
    expect(await at({}, env)).toEqual(['https://env.example', 'env-key']);
    expect(await at({ url: 'https://flag.example', key: 'flag-key' }, env)).toEqual([
      'https://flag.example',
      'flag-key',
    ]);
  });

  test('each command gets the key that fits it', async () => {
    await saveLogin();
    expect((await findConnection({}, 'account', surroundings())).key).toBe('login-key');
    expect((await findConnection({}, 'operator', surroundings())).key).toBe('login-operator');
  });

  test('a saved account key does not hide the operator key of the same gateway', async () => {
    await saveLocal();
    await addToConfigFile(configPath(), { url: 'http://localhost:9000', key: 'mine' });
    expect((await findConnection({}, 'account', surroundings())).key).toBe('mine');
    expect((await findConnection({}, 'operator', surroundings())).key).toBe('local-operator');
  });

  test('the only key there is serves for everything', async () => {
    await addToConfigFile(configPath(), { url: LOGIN.url, key: 'mine' });
    expect((await findConnection({}, 'operator', surroundings())).key).toBe('mine');
  });

  test('a saved key never goes to another address', async () => {
    await saveLogin();
    await saveLocal();
    const elsewhere = await findConnection({ url: 'https://elsewhere.example' }, 'account', surroundings());
    expect(elsewhere.key).toBeUndefined();
    const otherPort = await findConnection({ url: 'http://127.0.0.1:9001' }, 'account', surroundings());
    expect(otherPort.key).toBeUndefined();
  });

  test('the data directory can be named', async () => {
    await mkdir(join(homeDir, 'data'));
    await writeLocalGateway(join(homeDir, 'data'), LOCAL);
    const found = await findConnection({}, 'account', surroundings({ SLUICE_DATA_DIR: 'data' }));
    expect(found.url).toBe(LOCAL.url);
  });

  test('a broken login file is an error, not a silent detour', async () => {
    await mkdir(join(homeDir, '.config/sluice'), { recursive: true });
    await writeFile(configPath(), '{"url":');
    await expect(findConnection({}, 'account', surroundings())).rejects.toThrow('cannot be read');
  });
});

describe('the files', () => {
  test('belong to their owner only', async () => {
    await saveLogin();
    await saveLocal();
    expect((await stat(configPath())).mode & 0o777).toBe(0o600);
    expect((await stat(join(homeDir, '.sluice/cli.json'))).mode & 0o777).toBe(0o600);
  });

  test('cli.json that others can read is not believed', async () => {
    await saveLocal();
    await chmod(join(homeDir, '.sluice/cli.json'), 0o644);
    expect(await readLocalGateway(join(homeDir, '.sluice'))).toBeNull();
  });

  test('a later start brings the address up to date and keeps the keys', async () => {
    await saveLocal();
    await writeLocalGateway(join(homeDir, '.sluice'), { url: 'http://127.0.0.1:9999' });
    expect(await readLocalGateway(join(homeDir, '.sluice'))).toEqual({
      ...LOCAL,
      url: 'http://127.0.0.1:9999',
    });
  });

  test('a second key of the same gateway is added, another gateway replaces', async () => {
    await addToConfigFile(configPath(), { url: LOGIN.url, key: 'a' });
    await addToConfigFile(configPath(), { url: LOGIN.url, operatorKey: 'b' });
    expect(JSON.parse(await readFile(configPath(), 'utf8'))).toEqual({
      url: LOGIN.url,
      key: 'a',
      operatorKey: 'b',
    });
    await addToConfigFile(configPath(), { url: 'https://other.example', key: 'c' });
    expect(JSON.parse(await readFile(configPath(), 'utf8'))).toEqual({
      url: 'https://other.example',
      key: 'c',
    });
  });

  test('XDG_CONFIG_HOME is honoured', () => {
    expect(configFilePath({ env: { XDG_CONFIG_HOME: '/x' }, homeDir })).toBe('/x/sluice/config.json');
  });

  test('deleting says whether there was one', async () => {
    await saveLogin();
    expect([await deleteConfigFile(configPath()), await deleteConfigFile(configPath())]).toEqual([
      true,
      false,
    ]);
  });
});
