/**
 * `sluice demo`: the whole of it in one go. A gateway with its own database, an emulated Kling, four paid jobs,
 * a webhook receiver; at the end four clips, a balanced ledger, and nothing left behind but the clips.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createSluice, type Sluice } from '@sluice/sdk';
import { type Config, type RunningGateway, readConfig, startGateway } from '@sluice/server';
import type { Command } from 'commander';
import { JOBS, type JobResult, runJob } from '../demo/jobs.ts';
import { startLiveTable } from '../demo/live-table.ts';
import { furnishSandbox, sandboxAllow, startEmulator } from '../demo/sandbox.ts';
import { type DemoResult, demoSucceeded, summaryText } from '../demo/summary.ts';
import { CommandError } from '../endings.ts';
import type { Invocation, Register } from '../invocation.ts';
import { type Receiver, startReceiver } from '../listen/receiver.ts';
import { paintFor } from '../output/output.ts';

type DemoFlags = { output: string; dataDir?: string };

const MAX_SECONDS = 300;
const WEBHOOK_GRACE_MS = 15_000;

export const register: Register = (command, context) => {
  command
    .option('-o, --output <folder>', 'where to save the clips', 'demo-output')
    .option('--data-dir <folder>', 'keep the gateway there afterwards (default: a temporary folder)')
    .action(async (flags: DemoFlags, invoked: Command) =>
      demo(context.begin(invoked, { asText: true }), flags),
    );
};

/** Things that were started, stopped in reverse. */
type Started = { stop(): Promise<unknown> }[];

async function demo(invocation: Invocation, flags: DemoFlags): Promise<void> {
  const { output, surroundings } = invocation;
  const startedAtMs = surroundings.now();
  // From here on Ctrl-C is gentle: a database that was started must also be stopped.
  const interrupted = surroundings.interruption();
  const started: Started = [];
  try {
    const emulator = await startEmulator();
    started.push({ stop: () => emulator.close() });
    const hooks = await receiveWebhooks(surroundings.now, started);
    const far = [emulator.url, hooks.url] as const;
    const { gateway, dataDir } = await startDemoGateway(invocation, flags, far, started);
    interrupted.throwIfAborted();
    const { url } = gateway;
    const sandbox = await furnishSandbox({
      url,
      operatorKey: operatorKeyOf(gateway),
      key: undefined,
      emulator,
    });
    const sluice = createSluice({ baseUrl: url, apiKey: sandbox.key });
    await hooks.register(sluice);
    output.note(`Gateway ${gateway.url}, data in ${dataDir}. Ordering ${JOBS.length} clips.`);
    const jobs = await runJobs(sluice, invocation, resolve(surroundings.cwd, flags.output));
    await hooks.arrived(jobs.map(({ task }) => task.id));
    const operator = createSluice({ baseUrl: gateway.url, apiKey: operatorKeyOf(gateway) });
    const { ledger } = await operator.system.get();
    const result: DemoResult = {
      url: gateway.url,
      jobs,
      ledger,
      webhooks: { verified: hooks.count(), expected: jobs.length },
      seconds: (surroundings.now() - startedAtMs) / 1000,
    };
    output.result({ ...result, succeeded: demoSucceeded(result) }, (paint) => summaryText(result, paint));
    if (!demoSucceeded(result)) invocation.endBadly();
  } finally {
    for (const part of started.reverse()) await part.stop();
  }
}

async function startDemoGateway(
  { output, surroundings }: Invocation,
  flags: DemoFlags,
  [emulatorUrl, hookUrl]: readonly [string, string],
  started: Started,
): Promise<{ gateway: RunningGateway; dataDir: string }> {
  const { cwd, env } = surroundings;
  const dataDir = flags.dataDir ? resolve(cwd, flags.dataDir) : await temporaryFolder(started);
  const logLevel = env.SLUICE_LOG_LEVEL ? {} : { logLevel: 'silent' as const };
  const overrides: Partial<Config> = {
    dataDir,
    port: 0,
    host: '127.0.0.1',
    ...logLevel,
  };
  const config = readConfig(env, overrides);
  const allow = sandboxAllow(config.allow, emulatorUrl, hookUrl);
  const gateway = await startGateway({ ...config, allow }, (line) =>
    output.note(({ color }) => color.dim(line)),
  );
  started.push(gateway);
  // It is used right here and never printed; a kept data directory gets another one by `sluice serve`.
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

function operatorKeyOf({ operatorKey }: RunningGateway): string {
  if (operatorKey) return operatorKey;
  throw new CommandError('This data directory was used before.', 'Give the demo a new --data-dir, or none.');
}

async function runJobs(
  sluice: Sluice,
  { output, surroundings }: Invocation,
  outputDir: string,
): Promise<JobResult[]> {
  await mkdir(outputDir, { recursive: true });
  const live = startLiveTable(
    JOBS.map((job) => job.title),
    output.aside.screen,
    paintFor(output.aside.screen, surroundings),
  );
  const signal = AbortSignal.any([surroundings.interruption(), AbortSignal.timeout(MAX_SECONDS * 1000)]);
  const results = await Promise.all(
    JOBS.map((job, at) => runJob(job, at, { sluice, live, outputDir, signal })),
  );
  live.end();
  const shown = relative(surroundings.cwd, outputDir) || '.';
  return results.map((result) => ({ ...result, savedAs: result.savedAs && join(shown, result.savedAs) }));
}

type Hooks = {
  url: string;
  register(sluice: Sluice): Promise<void>;
  count(): number;
  /** Resolves when each of these tasks was announced, or when it takes too long. */
  arrived(taskIds: string[]): Promise<void>;
};

async function receiveWebhooks(now: () => number, started: Started): Promise<Hooks> {
  const secrets: string[] = [];
  const announced = new Set<string>();
  let wake = (): void => {};
  const receiver: Receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    secrets: () => secrets,
    nowSeconds: () => Math.floor(now() / 1000),
    onReceived: (received) => {
      if (received.ok) announced.add(String(received.webhook.event.data.id));
      wake();
    },
  });
  started.push({ stop: () => receiver.close() });
  return {
    url: receiver.url,
    register: async (sluice) => {
      secrets.push((await sluice.webhooks.create({ url: receiver.url })).secret);
    },
    count: () => announced.size,
    async arrived(taskIds) {
      const limit = AbortSignal.timeout(WEBHOOK_GRACE_MS);
      limit.addEventListener('abort', () => wake(), { once: true });
      while (!limit.aborted && !taskIds.every((id) => announced.has(id))) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
