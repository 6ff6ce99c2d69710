/**
 * A throw-away server for tests, the simulator and benchmarks: no fsync, its own temporary folder, gone with
 * the process. Servers whose owner was killed are swept by the next one.
 */
import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from './embedded.ts';
import { isAlive, readPidFile, stopPostmaster } from './postmaster.ts';

const PREFIX = 'sluice-test-';

export type TemporaryServer = { adminUrl: string; version: string; stop(): Promise<void> };

export async function startTemporaryServer(
  settings: Record<string, string> = {},
  log: (line: string) => void = () => {},
): Promise<TemporaryServer> {
  await sweepAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // mkdtemp closes the folder to others, and as root the database runs as somebody else.
  await chmod(folder, 0o711);
  let server: Embedded;
  try {
    server = await startEmbedded({
      dataDir: folder,
      log,
      fsync: false,
      settings: { max_connections: '300', ...settings },
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    adminUrl: server.adminUrl,
    version: server.version,
    stop: async () => {
      await server.stop('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    try {
      await sweep(join(tmpdir(), name));
    } catch {
      // Another user's, or another run is sweeping it at this moment: not ours to worry about.
    }
  }
}

async function sweep(folder: string): Promise<void> {
  const data = await realpath(join(folder, 'postgres', 'data'));
  if (await readPidFile(data)) await stopPostmaster(data, 'immediate');
  await rm(folder, { recursive: true, force: true });
}
