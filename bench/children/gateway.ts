/** The gateway as a process of its own, composed as in production; told what to do by whoever measures it. */
import { type RunningGateway, readConfig, startGateway } from '@sluice/server';
import { z } from 'zod';
import { serveJobs } from './child.ts';
import { readMemory } from './memory.ts';

const Job = z.object({
  job: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('start'),
      databaseUrl: z.string(),
      dataDir: z.string(),
      settings: z.record(z.string(), z.string()),
      callbacks: z.boolean(),
    }),
    z.object({ kind: z.literal('memory') }),
    z.object({ kind: z.literal('stop') }),
  ]),
});

let running: RunningGateway | null = null;

serveJobs(Job, async (job) => {
  switch (job.kind) {
    case 'start': {
      const config = readConfig({
        DATABASE_URL: job.databaseUrl,
        SLUICE_DATA_DIR: job.dataDir,
        SLUICE_PORT: '0',
        SLUICE_LOG_LEVEL: 'error',
        SLUICE_ALLOW_UPSTREAM: '127.0.0.1',
        SLUICE_ALLOW_GIVEN: '127.0.0.1',
        ...job.settings,
      });
      running = await startGateway(config);
      // Without an address of ours the upstream has nowhere to call.
      if (!job.callbacks) running.context.settings.localUrl = null;
      return { url: running.url, operatorKey: running.operatorKey };
    }
    case 'memory':
      return readMemory();
    case 'stop':
      await running?.stop();
      return { stopped: true };
  }
});
