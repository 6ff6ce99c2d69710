/** A terminal, or a pipe, that remembers what was written; with a home of its own and scripted answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Interrupted } from '../endings.ts';
import { run } from '../run.ts';
import type { Ask, Screen, Surroundings } from '../surroundings.ts';

export type Terminal = {
  homeDir: string;
  /** Exit code, standard output, standard error. */
  run(...argv: string[]): Promise<{ code: number; out: string; err: string }>;
  surroundings: Surroundings;
  /** As Ctrl-C would. */
  interrupt(): void;
  /** The questions that were asked, in order. */
  asked: string[];
  close(): Promise<void>;
};

export type TerminalOptions = {
  /** Where `--url` would point; the key is always `sk-sluice-test`. */
  url?: string;
  /** Standard output and error are a terminal, or a pipe. */
  terminal?: boolean;
  columns?: number;
  env?: Record<string, string>;
  stdin?: string;
  /** Answers to questions, in order; a question beyond them fails the test. */
  answers?: (string | boolean)[];
  nowMs?: number;
};

export const NOW_MS = Date.parse('2026-10-01T12:01:00.000Z');

export async function openTerminal(options: TerminalOptions = {}): Promise<Terminal> {
  const { url, terminal = false, columns = 120, env = {}, stdin, answers, nowMs = NOW_MS } = options;
  const homeDir = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  const stdout = recorder(terminal, columns);
  const stderr = recorder(terminal, columns);
  const asked: string[] = [];
  let stop = new AbortController();
  const surroundings: Surroundings = {
    env: { NO_COLOR: '1', ...(url ? { SLUICE_URL: url, SLUICE_KEY: 'sk-sluice-test' } : {}), ...env },
    homeDir,
    cwd: homeDir,
    stdout: stdout.screen,
    stderr: stderr.screen,
    stdin: { isTerminal: answers !== undefined, readAll: async () => stdin ?? '' },
    ask: scriptedAsk(answers ?? [], asked),
    now: () => nowMs,
    interruption: () => stop.signal,
  };
  return {
    homeDir,
    surroundings,
    asked,
    interrupt: () => stop.abort(new Interrupted()),
    run: async (...argv) => {
      stop = new AbortController();
      const code = await run(argv, surroundings);
      return { code, out: stdout.take(), err: stderr.take() };
    },
    close: () => rm(homeDir, { recursive: true, force: true }),
  };
}

function recorder(isTerminal: boolean, columns: number): { screen: Screen; take: () => string } {
  let written = '';
  return {
    screen: {
      isTerminal,
      columns,
      write: (text) => {
        written += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      },
    },
    take: () => {
      const text = written;
      written = '';
      return text;
    },
  };
}

/** What a progress line leaves behind on a screen: carriage returns and escapes taken out. */
export function settled(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function scriptedAsk(answers: (string | boolean)[], asked: string[]): Ask {
  const rest = [...answers];
  const next = (message: string): string | boolean => {
    asked.push(message);
    const answer = rest.shift();
    if (answer === undefined) throw new Error(`no answer is scripted for: ${message}`);
    return answer;
  };
  const text = async ({
    message,
    check,
  }: {
    message: string;
    check?: (answer: string) => string | undefined;
  }) => {
    const answer = String(next(message));
    const problem = check?.(answer);
    if (problem) throw new Error(`the scripted answer to "${message}" is refused: ${problem}`);
    return answer;
  };
  return {
    text,
    secret: text,
    confirm: async ({ message }) => next(message) === true,
    choose: async ({ message, options }) => {
      const answer = next(message);
      const chosen = options.find(({ value }) => value === answer);
      if (!chosen) throw new Error(`${answer} is no choice of: ${message}`);
      return chosen.value;
    },
  };
}
