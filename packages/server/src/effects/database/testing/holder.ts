/**
 * For tests: a process that holds an embedded database like a gateway does, until it is killed or its input
 * ends. It says what happened as one line of JSON.
 *
 *   node --import tsx holder.ts <data directory> <system directory>
 */
import { once } from 'node:events';
import { type Embedded, startEmbedded } from '../embedded.ts';
import { DatabaseStartError, type StartFailureCode } from '../start-failure.ts';

export type Said =
  | { outcome: 'started'; url: string; adopted: boolean; tookMs: number }
  | { outcome: StartFailureCode; sentence: string };

const [dataDir = '', systemDir = ''] = process.argv.slice(2);

async function start(): Promise<Embedded | null> {
  const startedMs = performance.now();
  try {
    const database = await startEmbedded({ dataDir, systemDir, fsync: false, log: () => {} });
    say({
      outcome: 'started',
      url: database.url,
      adopted: database.adopted,
      tookMs: Math.round(performance.now() - startedMs),
    });
    return database;
  } catch (error) {
    if (!(error instanceof DatabaseStartError)) throw error;
    say({ outcome: error.code, sentence: error.message });
    return null;
  }
}

function say(line: Said): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const database = await start();
if (database) {
  process.stdin.resume();
  await once(process.stdin, 'end');
  await database.stop();
}
