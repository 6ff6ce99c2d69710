/** The emulated Replicate behind a port. */
import { type ServedJobs, type ServeJobOptions, serveJobs } from '../jobs/served.ts';
import { createReplicate, type ReplicateEmulator } from './handler.ts';
import type { ReplicateOptions } from './world.ts';

export type ServeReplicateOptions = ServeJobOptions & Pick<ReplicateOptions, 'accounts' | 'showsWebhook'>;

export type ServedReplicate = ServedJobs<ReplicateEmulator>;

export function serveReplicate(options: ServeReplicateOptions): Promise<ServedReplicate> {
  return serveJobs(options, (parts) => createReplicate({ ...options, ...parts }));
}
