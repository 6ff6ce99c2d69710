/** One process of a crew: has a database of its own and runs the seeds that it is sent, one after the other. */
import { createCoverage } from './coverage.ts';
import { openWorkerDatabase } from './database.ts';
import { plantByName } from './plants/plants.ts';
import { runSeed } from './run.ts';
import { FromCrew, type ToCrew } from './wire.ts';

const send = (message: ToCrew): void => void process.send?.(message);

const adminUrl = process.argv[2] ?? '';
const plans = process.argv[3] === 'custom' ? 'custom' : 'generic';
const database = await openWorkerDatabase(adminUrl, plans);

process.on('message', (message: unknown) => {
  const job = FromCrew.parse(message);
  if (job.kind === 'end') {
    void database.close().then(() => process.disconnect());
    return;
  }
  const coverage = createCoverage();
  const plant = job.plant === null ? null : plantByName(job.plant);
  void runSeed(database, { seed: job.seed, size: job.size, coverage, plant, print: null }).then((verdict) =>
    send({ kind: 'verdict', verdict, coverage: [...coverage.counts()] }),
  );
});
process.on('disconnect', () => process.exit());
send({ kind: 'ready' });
