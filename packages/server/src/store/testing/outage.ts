/** For tests of outages: a server of one's own that can be taken away and brought back with all its data. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '../../effects/database/embedded.ts';

export type FragileServer = {
  /** Of an empty database; the same after each return. */
  url: string;
  /** Connections break at once, and new ones are refused. */
  down(): Promise<void>;
  up(): Promise<void>;
  remove(): Promise<void>;
};

export async function startFragileServer(): Promise<FragileServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-outage-'));
  // Run by root, the database drops to another user, who must be able to pass through.
  await chmod(folder, 0o711);
  // Nobody pulls the plug, so the disk need not be waited for; but what was committed survives the server's death.
  const settings = { synchronous_commit: 'on' };
  const start = (): Promise<Embedded> =>
    startEmbedded({ dataDir: folder, log: () => {}, fsync: false, settings });
  let server = await start();
  return {
    url: server.url,
    down: () => server.stop('immediate'),
    up: async () => {
      server = await start();
    },
    remove: async () => {
      await server.stop('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
