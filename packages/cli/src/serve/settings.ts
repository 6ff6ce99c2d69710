/** Settings of a gateway that runs here: flags over environment, read by the server's own schema. */
import { resolve } from 'node:path';
import { type Config, ConfigError, readConfig } from '@sluice/server';
import type { Command } from 'commander';
import { integer, oneOf } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Surroundings } from '../surroundings.ts';

export type StoreFlags = { dataDir?: string; databaseUrl?: string };

export type ServeFlags = StoreFlags & {
  port?: number;
  host?: string;
  publicUrl?: string;
  logLevel?: Config['logLevel'];
  /** True: the usual one; a text: which ones. */
  sandbox?: true | string;
};

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Which database and files: what backup, restore and migrate share with serve. */
export function addStoreFlags(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'database, clips and keys (SLUICE_DATA_DIR; default: .sluice)')
    .option('--database-url <url>', 'an outside PostgreSQL ≥ 15 instead of the embedded one (DATABASE_URL)');
}

export function addServeFlags(command: Command): Command {
  return addStoreFlags(
    command
      .option('-p, --port <n>', '0 takes a free one (SLUICE_PORT; default: 8080)', integer)
      .option('--host <address>', 'address to listen on (SLUICE_HOST; default: 127.0.0.1)')
      .option('--public-url <url>', 'where upstreams and clients reach it (PUBLIC_URL)')
      .option(
        '--log-level <level>',
        `${LOG_LEVELS.join(', ')} (SLUICE_LOG_LEVEL; default: info, on a terminal warn)`,
        oneOf(...LOG_LEVELS),
      ),
  );
}

export function settingsFrom(flags: ServeFlags, { env, cwd, stdout }: Surroundings): Config {
  const { port, host, dataDir, databaseUrl, publicUrl } = flags;
  // Whoever sits before a terminal reads the box, not a line for each request.
  const logLevel = flags.logLevel ?? (env.SLUICE_LOG_LEVEL || !stdout.isTerminal ? undefined : 'warn');
  const overrides: Partial<Config> = {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(dataDir === undefined ? {} : { dataDir: resolve(cwd, dataDir) }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/+$/, '') }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
  try {
    return readConfig(env, overrides);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}
