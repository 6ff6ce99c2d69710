/**
 * What a command may see of the world: streams, environment, time, questions to the person. Handed in, so
 * that each command can be tested as on a terminal and as in a pipe.
 */

export type Surroundings = {
  env: Record<string, string | undefined>;
  /** Where `~` is. */
  homeDir: string;
  cwd: string;
  stdout: Screen;
  stderr: Screen;
  stdin: Input;
  ask: Ask;
  /** Unix milliseconds. */
  now(): number;
  /**
   * Asks for a gentle end: from the first call on, Ctrl-C aborts this signal instead of ending the process,
   * and a second Ctrl-C ends it at once. Commands that have nothing to tidy up never call it.
   */
  interruption(): AbortSignal;
};

export type Screen = {
  write(text: string | Uint8Array): void;
  isTerminal: boolean;
  /** In characters; meaningless on a pipe. */
  columns: number;
};

export type Input = {
  isTerminal: boolean;
  /** All of it, to the end. */
  readAll(): Promise<string>;
};

/** Questions to a person; each throws `Interrupted` when they press Ctrl-C. */
export type Ask = {
  text(question: TextQuestion): Promise<string>;
  /** Not shown while typed. */
  secret(question: TextQuestion): Promise<string>;
  confirm(question: { message: string; initial?: boolean }): Promise<boolean>;
  choose<T extends string>(question: { message: string; options: Choice<T>[] }): Promise<T>;
};

export type TextQuestion = {
  message: string;
  placeholder?: string;
  initial?: string;
  /** A sentence when the answer will not do. */
  check?: (answer: string) => string | undefined;
};

export type Choice<T extends string> = { value: T; label: string; hint?: string };

/** A person can be asked when both ends of the conversation are a terminal. */
export function canAsk({ stdin, stderr }: Surroundings): boolean {
  return stdin.isTerminal && stderr.isTerminal;
}
