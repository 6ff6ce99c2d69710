/** `sluice` as a user types it: how long until its help is printed, and until a gateway of it is ready. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

const PROGRAM = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
const LOOK_EVERY_MS = 10;
const PATIENCE_MS = 120_000;

function startSluice(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SLUICE_LOG_LEVEL: 'error' },
  });
}

/** Runs a program to its end. */
export async function runToEnd(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

export function printHelp(): Promise<void> {
  return runToEnd(process.execPath, [PROGRAM, '--help']);
}

export type Serving = {
  /** From the start of the process to the first 200 of `/readyz`. */
  readyMs: number;
  /** Gently, by a signal. */
  stop(): Promise<void>;
  /** By SIGKILL: its PostgreSQL stays. */
  kill(): Promise<void>;
};

export async function startServing(dataDir: string): Promise<Serving> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = startSluice(['serve', '--port', String(port), '--data-dir', dataDir]);
  const gone = once(child, 'exit');
  // Unread output would fill its pipe.
  child.stdout?.resume();
  const ended = gone.then(() => Promise.reject(new Error('the gateway ended before it was ready')));
  await Promise.race([untilReady(`http://127.0.0.1:${port}/readyz`), ended]);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  ended.catch(() => {});
  return {
    readyMs: performance.now() - startedAt,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const status = await request(url).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      },
      () => null,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error('the gateway was not ready in time');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address');
  return address.port;
}
