/** Programs of this project as a user starts them: from their sources, in processes of their own, read as they go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ending } from './child.ts';

export type Program = {
  /** Everything on standard output so far, line by line. */
  lines: string[];
  /** The first line that the function accepts; fails when the program ends without one. */
  line<Found extends string | object>(accept: (line: string) => Found | null): Promise<Found>;
  signal(name: NodeJS.Signals): void;
  exited: Promise<Ending>;
  /** Everything on standard error so far. */
  errors(): string;
};

export type ProgramOptions = { args?: string[]; cwd: string; env?: Record<string, string> };

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const LOADER = fileURLToPath(import.meta.resolve('tsx'));

/** `file` is relative to the project; nothing of this process's settings reaches it. */
export function startProgram(file: string, { args = [], cwd, env = {} }: ProgramOptions): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', LOADER, `${PROJECT}${file}`, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const goWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', goWithUs);
  const exited = once(child, 'close').then(([code, signal]): Ending => {
    process.off('exit', goWithUs);
    return { code, signal };
  });
  const { lines, watchers } = readLines(child);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  return {
    lines,
    exited,
    errors: () => errors,
    signal: (name) => void child.kill(name),
    line: (accept) => {
      const found = new Promise<Exclude<ReturnType<typeof accept>, null>>((resolve) => {
        const look = (line: string): void => {
          const value = accept(line);
          if (value !== null) resolve(value);
        };
        watchers.add(look);
        for (const line of lines) look(line);
      });
      const ended = exited.then((ending) => {
        throw new Error(`${file} ended before it said so (${JSON.stringify(ending)})\n${errors}`);
      });
      return Promise.race([found, ended]);
    },
  };
}

function readLines(child: ChildProcess): { lines: string[]; watchers: Set<(line: string) => void> } {
  const lines: string[] = [];
  const watchers = new Set<(line: string) => void>();
  if (child.stdout === null) throw new Error('standard output is a pipe');
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of watchers) look(line);
  });
  return { lines, watchers };
}
