/**
 * What is left when a run is interrupted: the folder of an installation, and a PostgreSQL that outlives its gateway as
 * it should. Both go with the process that made them, unless they were put away before.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const installations = new Set<string>();
let watching = false;

/** Answers what to call when the folder, with `data` in it, was put away in good order. */
export function putAwayAtExit(folder: string): () => void {
  if (!watching) process.once('exit', putAllAway);
  watching = true;
  installations.add(folder);
  return () => void installations.delete(folder);
}

function putAllAway(): void {
  for (const folder of installations) {
    try {
      const [pid] = readFileSync(join(folder, 'data/postgres/data/postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
    } catch {
      // It does not run.
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
