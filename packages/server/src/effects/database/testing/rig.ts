/**
 * For tests of the embedded database: folders of their own, other processes, and everything ended afterwards.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Embedded, type EmbeddedOptions, startEmbedded } from '../embedded.ts';
import { readPidFile, stopPostmaster } from '../postmaster.ts';
import type { Said } from './holder.ts';

const HOLDER = fileURLToPath(new URL('holder.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../../../../../', import.meta.url));

const saidShape = z.object({
  outcome: z.custom<Said['outcome']>((value) => typeof value === 'string'),
  sentence: z.string().default(''),
  url: z.string().default(''),
  adopted: z.boolean().default(false),
  tookMs: z.number().default(0),
});

export type Rig = {
  /** Open to everybody for passing through, like /var/lib. */
  folder: string;
  dataDir: string;
  systemDir: string;
  lines: string[];
  start(options?: Partial<EmbeddedOptions>): Promise<Embedded>;
  /** Another process that starts the same database; as another user when an id is given. */
  hold(uid?: number): Promise<Holder>;
};

export type Holder = z.infer<typeof saidShape> & {
  kill(): Promise<void>;
  /** Ends it like a graceful stop. */
  leave(): Promise<void>;
};

export async function newRig(): Promise<Rig> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-rig-')));
  await chmod(folder, 0o755);
  const rig = {
    folder,
    dataDir: join(folder, 'data'),
    systemDir: join(folder, 'system'),
    lines: [] as string[],
  };
  const started: Embedded[] = [];
  const children: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const database of started) await database.stop('immediate').catch(() => {});
    for (const child of children) await endChild(child);
    const data = await realpath(join(rig.dataDir, 'postgres', 'data')).catch(() => null);
    if (data && (await readPidFile(data))) await stopPostmaster(data, 'immediate');
    await rm(folder, { recursive: true, force: true });
  });
  return {
    ...rig,
    start: async (options = {}) => {
      const { dataDir, systemDir, lines } = rig;
      const database = await startEmbedded({
        dataDir,
        systemDir,
        // Nearly half of a first start is waiting for the disk; only the test about safety needs that.
        fsync: false,
        log: (line) => lines.push(line),
        ...options,
      });
      started.push(database);
      return database;
    },
    hold: async (uid) => {
      const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, rig.dataDir, rig.systemDir], {
        cwd: REPOSITORY,
        env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
        stdio: ['pipe', 'pipe', 'inherit'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
      });
      children.push(child);
      const [line] = await once(createInterface(child.stdout), 'line');
      return {
        ...saidShape.parse(JSON.parse(String(line))),
        kill: () => endChild(child),
        leave: async () => {
          const left = once(child, 'exit');
          child.stdin.end();
          await left;
        },
      };
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** One value of one statement on a connection of its own. */
export async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end().catch(() => {});
  }
}
