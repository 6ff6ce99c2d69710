/**
 * What a demo plays on: emulated upstreams, a gateway in this process with a database of its own, an account with play
 * money, and a receiver of webhooks. Everything that was started is stopped again, whatever happens in between.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSluice, type Sluice } from '@sluice/sdk';
import { type Config, type RunningGateway, readConfig, startGateway } from '@sluice/server';
import { CommandError } from '../endings.ts';
import type { Invocation } from '../invocation.ts';
import { builtConsole } from '../serve/console.ts';
import { type Hooks, receiveWebhooks } from './hooks.ts';
import { furnishSandbox, type Sandbox, sandboxAllow } from './sandbox.ts';
import { startVendors, type Vendor } from './vendors.ts';

export type Stage = {
  url: string;
  dataDir: string;
  vendors: readonly Vendor[];
  sandbox: Sandbox;
  /** With the key of the sandbox account. */
  sluice: Sluice;
  operator: Sluice;
  hooks: Hooks;
  /** Interrupts are gentle from the start: a database that was started must also be stopped. */
  signal: AbortSignal;
};

export type StageOptions = { vendors: readonly string[]; dataDir: string | undefined };

/** Things that were started, stopped in reverse. */
type Started = { stop(): Promise<unknown> }[];

export async function onStage(
  invocation: Invocation,
  options: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const { surroundings } = invocation;
  const signal = surroundings.interruption();
  const started: Started = [];
  try {
    const vendors = await startVendors(options.vendors);
    started.push({ stop: () => Promise.all(vendors.map((vendor) => vendor.close())) });
    const hooks = await receiveWebhooks(surroundings.now);
    started.push({ stop: () => hooks.close() });
    const { gateway, dataDir } = await startDemoGateway(invocation, options, { vendors, hooks, started });
    signal.throwIfAborted();
    const { url } = gateway;
    const operatorKey = operatorKeyOf(gateway);
    const sandbox = await furnishSandbox({ url, operatorKey, key: undefined, vendors });
    const sluice = createSluice({ baseUrl: url, apiKey: sandbox.key });
    const operator = createSluice({ baseUrl: url, apiKey: operatorKey });
    await hooks.register(sluice);
    await play({ url, dataDir, vendors, sandbox, sluice, operator, hooks, signal });
  } finally {
    for (const part of started.reverse()) await part.stop();
  }
}

type Around = { vendors: readonly Vendor[]; hooks: Hooks; started: Started };

async function startDemoGateway(
  { output, surroundings }: Invocation,
  options: StageOptions,
  { vendors, hooks, started }: Around,
): Promise<{ gateway: RunningGateway; dataDir: string }> {
  const { cwd, env } = surroundings;
  const dataDir = options.dataDir ? resolve(cwd, options.dataDir) : await temporaryFolder(started);
  const logLevel = env.SLUICE_LOG_LEVEL ? {} : { logLevel: 'silent' as const };
  const overrides: Partial<Config> = { dataDir, port: 0, host: '127.0.0.1', ...logLevel };
  const config = readConfig(env, overrides);
  const allow = sandboxAllow(config.allow, vendors, hooks.url);
  const onLine = (line: string): void => output.note(({ color }) => color.dim(line));
  const consoleDir = await builtConsole(config, onLine);
  const gateway = await startGateway({ ...config, allow, consoleDir }, onLine);
  started.push(gateway);
  return { gateway, dataDir };
}

async function temporaryFolder(started: Started): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  started.push({ stop: () => rm(folder, { recursive: true, force: true }) });
  // Run by root, the database drops to another user, who must be able to pass through; else it would make
  // its home elsewhere and stay behind.
  await chmod(folder, 0o711);
  return folder;
}

/** It is used right here and never printed; a kept data directory gets another one by `sluice serve`. */
function operatorKeyOf({ operatorKey }: RunningGateway): string {
  if (operatorKey) return operatorKey;
  throw new CommandError('This data directory was used before.', 'Give the demo a new --data-dir, or none.');
}
