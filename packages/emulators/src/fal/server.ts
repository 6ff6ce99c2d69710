/** fal behind a port: real time, webhooks over HTTP, accepts on disk. */
import { type ServedJobs, type ServeJobOptions, serveJobs } from '../jobs/served.ts';
import { createFal } from './handler.ts';
import type { FalEmulator, FalOptions } from './world.ts';

export type ServeFalOptions = ServeJobOptions & Pick<FalOptions, 'accounts' | 'settings'>;
export type ServedFal = ServedJobs<FalEmulator>;

export function serveFal({ accounts, settings = {}, ...options }: ServeFalOptions): Promise<ServedFal> {
  return serveJobs(options, (given) => createFal({ ...given, accounts, settings }));
}
