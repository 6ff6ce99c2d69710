/**
 * PostgreSQL started by its own programs alone, with the settings that the gateway starts it with: `initdb`, then
 * `postgres`, until the first statement is answered. As root, by the user whom the gateway would choose.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from '@sluice/server/effects/database/binaries.ts';
import { initialiseArguments, SUPERUSER } from '@sluice/server/effects/database/cluster.ts';
import { serverSettings } from '@sluice/server/effects/database/embedded.ts';
import type { Identity } from '@sluice/server/effects/database/identity.ts';
import pg from 'pg';

const PASSWORD = 'bench';
const RETRY_MS = 5;
const PATIENCE_MS = 60_000;

export type BarePostgres = {
  /** Empties nothing: `folder` must be new. */
  initialise(folder: string): Promise<void>;
  /** Resolves when the server has answered a statement. */
  start(folder: string): Promise<void>;
  /** Connects to the running server and asks it something. */
  ask(folder: string): Promise<void>;
  stop(): Promise<void>;
};

export function barePostgres(binaries: Binaries, identity: Identity): BarePostgres {
  const ids = identity.dropped ? { uid: identity.uid, gid: identity.gid } : {};
  let server: ChildProcess | null = null;

  async function run(program: string, args: string[], cwd: string): Promise<void> {
    const child = spawn(program, args, { ...ids, cwd, stdio: 'ignore', env: { LC_ALL: 'C' } });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
  }

  async function ask(folder: string): Promise<void> {
    const client = new pg.Client({ host: folder, user: SUPERUSER, password: PASSWORD, database: 'postgres' });
    await client.connect();
    await client.query('SELECT 1');
    await client.end();
  }

  return {
    ask,
    initialise: async (folder) => {
      await mkdir(folder, { mode: 0o700 });
      const passwordFile = join(folder, 'password');
      await writeFile(passwordFile, PASSWORD);
      if (identity.dropped) {
        await chown(folder, identity.uid, identity.gid);
        await chown(passwordFile, identity.uid, identity.gid);
      }
      const target = { data: join(folder, 'data'), passwordFile, fsync: true };
      await run(binaries.initdb, initialiseArguments(target), folder);
    },
    start: async (folder) => {
      const settings = serverSettings({ socketDir: folder }, true, {});
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const cwd = join(folder, 'data');
      server = spawn(binaries.postgres, ['-D', cwd, ...flags], {
        ...ids,
        cwd,
        stdio: 'ignore',
        env: { LC_ALL: 'C' },
      });
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const answered = await ask(folder).then(
          () => true,
          () => false,
        );
        if (answered) return;
        if (performance.now() > deadline) throw new Error('PostgreSQL was not ready in time');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    },
    stop: async () => {
      if (server === null) return;
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
      server = null;
    },
  };
}
