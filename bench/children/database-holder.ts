/** A process that starts the embedded database of a folder and ends without stopping it, as a killed gateway does. */
import { startEmbedded } from '@sluice/server/effects/database/embedded.ts';
import { z } from 'zod';
import { serveJobs } from './child.ts';

serveJobs(z.object({ job: z.object({ dataDir: z.string() }) }), async ({ dataDir }) => {
  const { adopted } = await startEmbedded({ dataDir, log: () => {} });
  return { adopted };
});
