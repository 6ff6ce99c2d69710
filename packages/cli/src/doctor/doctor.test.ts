import {
  pageOf,
  problem,
  type ScriptedGateway,
  sampleEndpoint,
  samplePath,
  sampleSystem,
  startScriptedGateway,
} from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal } from '../testing/terminal.ts';
import { checkNode, pathChecks, placeCheck, systemChecks } from './checks.ts';

describe('single checks', () => {
  test.each([
    ['v20.18.3', 'bad'],
    ['v20.19.0', 'good'],
    ['v22.1.0', 'good'],
    ['v18.20.0', 'bad'],
  ])('Node %s is %s', (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });

  test.each<[string, Parameters<typeof sampleSystem>[0], string, string]>([
    ['a quarantined copy', { quarantined: true }, 'installation', 'bad'],
    [
      'books that are off',
      { ledger: { balanced: false, drift: '0.01', checked_at: '2026-10-01T12:00:00.000Z' } },
      'ledger',
      'bad',
    ],
    ['lost answers', { unknown_attempts: 2 }, 'lost answers', 'doubtful'],
    ['little room', { storage: { kind: 'disk', description: 'd', free_bytes: 5 } }, 'storage', 'doubtful'],
    [
      'a store that does not say',
      { storage: { kind: 's3', description: 'b', free_bytes: null } },
      'storage',
      'good',
    ],
  ])('%s', (_, over, name, state) => {
    expect(systemChecks(sampleSystem(over)).find((check) => check.name === name)?.state).toBe(state);
  });

  test('where alerts are told', () => {
    expect(placeCheck([])).toMatchObject({
      state: 'doubtful',
      fix: 'sluice alerts add <url> --format slack',
    });
    expect(placeCheck([sampleEndpoint()])).toMatchObject({ state: 'good', detail: 'told at 1 place' });
    expect(placeCheck([sampleEndpoint({ status: 'disabled' })]).state).toBe('doubtful');
  });

  test('paths', () => {
    expect(pathChecks([])[0]?.state).toBe('doubtful');
    expect(pathChecks([samplePath()])[0]?.state).toBe('good');
    expect(pathChecks([samplePath({ state: 'paused' })])[0]?.state).toBe('doubtful');
    expect(pathChecks([samplePath({ health: 'credentials_refused' })])[0]).toMatchObject({
      state: 'bad',
      fix: 'sluice paths check kling-main',
    });
  });
});

describe('doctor', () => {
  let gateway: ScriptedGateway;
  let terminal: Terminal;
  beforeEach(async () => {
    gateway = await startScriptedGateway();
    gateway.on('GET', '/v1/models', { json: pageOf([]) });
    gateway.on('GET', '/v1/system', { json: sampleSystem({ unknown_attempts: 0 }) });
    gateway.on('GET', '/v1/paths', { json: pageOf([samplePath()]) });
    gateway.on('GET', '/v1/prices', { json: pageOf([]) });
    gateway.on('GET', '/v1/webhooks', { json: pageOf([sampleEndpoint({ account: null })]) });
    terminal = await openTerminal({ url: gateway.url, terminal: true });
  });
  afterEach(async () => {
    await gateway.close();
    await terminal.close();
  });

  test('all is well', async () => {
    const { code, out } = await terminal.run('doctor');
    expect(code).toBe(0);
    const names = out.split('\n').map((line) => line.slice(0, 15).trim());
    expect(names.slice(0, 9)).toEqual([
      '✓ Node',
      '✓ data director',
      '✓ configuration',
      '✓ gateway',
      '✓ installation',
      '✓ storage',
      '✓ ledger',
      '✓ lost answers',
      '✓ path kling-ma',
    ]);
  });

  test('something is bad: exit 1, with what to do', async () => {
    gateway.on('GET', '/v1/paths', { json: pageOf([samplePath({ health: 'wallet_empty' })]) });
    const { code, out } = await terminal.run('doctor');
    expect(code).toBe(1);
    expect(out).toContain('→ sluice paths check kling-main');
  });

  test('an account key sees less, and that is no fault', async () => {
    for (const path of ['/v1/system', '/v1/paths', '/v1/prices', '/v1/webhooks']) {
      gateway.on('GET', path, problem(403, 'forbidden', { retryable: false }));
    }
    const { code, out } = await terminal.run('doctor');
    expect(code).toBe(0);
    expect(out.match(/an operator key may/g)).toHaveLength(4);
  });

  test('no gateway at all', async () => {
    await gateway.close();
    const { code, out } = await terminal.run('doctor', '--json');
    expect(code).toBe(1);
    const checks = JSON.parse(out).data;
    expect(checks.at(-1)).toMatchObject({ name: 'gateway', state: 'bad' });
  });
});
