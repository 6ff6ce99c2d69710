/**
 * Stage 5 in a process of its own: the real copy (checked way out, spool, hash, probe, publish, read back) or a
 * bare undici download to the same disk. One copy per job, so that memory can be read around it.
 */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { loadCatalogue } from '@sluice/server/catalogue/catalogue.ts';
import { openBlobs } from '@sluice/server/effects/blobs/open.ts';
import { readCatalogueFiles } from '@sluice/server/effects/catalogue/read.ts';
import { realClock } from '@sluice/server/effects/clock/real.ts';
import { realMedia } from '@sluice/server/effects/media/real.ts';
import { createOutbound } from '@sluice/server/effects/outbound/real.ts';
import { realRandom } from '@sluice/server/effects/random/real.ts';
import { createSecrets } from '@sluice/server/effects/secrets/secrets.ts';
import { claimCopies, copyAsset } from '@sluice/server/lifecycle/5-mirror.ts';
import { callbackKeys } from '@sluice/server/lifecycle/callback-keys.ts';
import { type Context, defaultLifecycleSettings } from '@sluice/server/lifecycle/context.ts';
import { createGate } from '@sluice/server/lifecycle/gate.ts';
import { createBooks } from '@sluice/server/lifecycle/operate/books.ts';
import { pathDirectory } from '@sluice/server/lifecycle/paths.ts';
import { silentTelemetry } from '@sluice/server/lifecycle/telemetry.ts';
import { createDrive } from '@sluice/server/providers/drive.ts';
import { createStore } from '@sluice/server/store/store.ts';
import { openTestDatabase } from '@sluice/server/store/testing/server.ts';
import { request } from 'undici';
import { z } from 'zod';
import { serveJobs } from './child.ts';
import { readMemory } from './memory.ts';

const Job = z.object({
  job: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('open'), databaseUrl: z.string(), dataDir: z.string() }),
    z.object({ kind: z.literal('copy') }),
    z.object({ kind: z.literal('download'), url: z.string() }),
    z.object({ kind: z.literal('memory') }),
  ]),
});

let context: Context | null = null;
let folder = '';
let downloads = 0;

serveJobs(Job, async (job) => {
  switch (job.kind) {
    case 'open':
      folder = job.dataDir;
      context = await contextOver(job.databaseUrl, job.dataDir);
      return { opened: true };
    case 'copy':
      return timed(copyDue);
    case 'download':
      return timed(() => download(job.url));
    case 'memory':
      return readMemory();
  }
});

async function timed(work: () => Promise<void>): Promise<{ seconds: number }> {
  const startedAt = performance.now();
  await work();
  return { seconds: (performance.now() - startedAt) / 1000 };
}

async function copyDue(): Promise<void> {
  if (context === null) throw new Error('the mirror is not open');
  const { lease, copies } = await claimCopies(context, 8);
  if (copies.length === 0) throw new Error('nothing was due');
  const stage = context;
  await Promise.all(copies.map((copy) => copyAsset(stage, lease, copy)));
}

/** As durable as ours: on the disk when it is done. */
async function download(url: string): Promise<void> {
  downloads += 1;
  const path = join(folder, `download-${downloads}`);
  const { body } = await request(url);
  await pipeline(body, createWriteStream(path));
  const file = await open(path, 'r+');
  await file.datasync();
  await file.close();
}

async function contextOver(databaseUrl: string, dataDir: string): Promise<Context> {
  const store = createStore(openTestDatabase(databaseUrl));
  const secrets = createSecrets(realRandom.bytes(32), realRandom);
  const blobs = await openBlobs(dataDir, null, realClock);
  await blobs.probe();
  const catalogue = loadCatalogue(await readCatalogueFiles());
  const allow = { configured: [], given: ['127.0.0.1'] };
  const outbound = createOutbound({ clock: realClock, allow, allowHttp: false });
  const drive = createDrive({ outbound, clock: realClock });
  return {
    nodeId: 'node_bench',
    clock: realClock,
    random: realRandom,
    store,
    drive,
    outbound,
    addressRefusal: async () => null,
    books: createBooks(store, realClock),
    blobs,
    media: realMedia,
    secrets,
    catalogue,
    paths: pathDirectory(store, secrets, catalogue),
    gate: createGate(store, blobs, realClock, 0),
    callbackKeys: callbackKeys(drive, realClock),
    telemetry: silentTelemetry,
    settings: defaultLifecycleSettings,
    wake: () => {},
  };
}
