/**
 * What is left when a run is interrupted: processes, the folder of an installation, and a PostgreSQL that outlives its
 * gateway as it should. All go with the process that made them, unless they were put away before.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const installations = new Set<string>();
const processes = new Set<ChildProcess>();
let watching = false;

/** Answers what to call when the folder, with `data` in it, was put away in good order. */
export function putAwayAtExit(folder: string): () => void {
  watchExit();
  installations.add(folder);
  return () => void installations.delete(folder);
}

export function endAtExit(child: ChildProcess): void {
  watchExit();
  processes.add(child);
  child.once('exit', () => processes.delete(child));
}

function watchExit(): void {
  if (!watching) process.once('exit', putAllAway);
  watching = true;
}

function putAllAway(): void {
  for (const child of processes) child.kill('SIGKILL');
  for (const folder of installations) {
    try {
      const [pid] = readFileSync(join(folder, 'data/postgres/data/postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
    } catch {
      // It does not run.
    }
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    } catch (error) {
      console.error(`left behind: ${folder} (${String(error)})`);
    }
  }
}
