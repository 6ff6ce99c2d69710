/** One run of one command: its output, its connection, and how it will end. */
import type { Sluice } from '@sluice/sdk';
import type { Command } from 'commander';
import { type Connection, findConnection, type KeyKind } from './connection/connection.ts';
import { EXIT, type ExitCode } from './endings.ts';
import { createOutput, type Output } from './output/output.ts';
import type { Surroundings } from './surroundings.ts';

export type GlobalFlags = {
  json?: boolean;
  url?: string;
  key?: string;
};

export type Invocation = {
  output: Output;
  surroundings: Surroundings;
  connection(kind?: KeyKind): Promise<Connection>;
  /** The client, for the gateway that flags, environment and files name; with an account's key by choice. */
  connect(kind?: KeyKind): Promise<Sluice>;
  /** The result was printed, and it is not a good one: exit with 1. */
  endBadly(): void;
};

/** What the command table hands to each command when it registers itself. */
export type Context = {
  surroundings: Surroundings;
  /** `asText`: what is meant for people to watch prints text in a pipe too, unless JSON is asked for. */
  begin(command: Command, options?: { asText?: boolean }): Invocation;
  exitCode(): ExitCode;
};

/** Each file in commands/ exports this: it adds arguments, options and actions to its command. */
export type Register = (command: Command, context: Context) => void;

export function createContext(surroundings: Surroundings): Context {
  let exitCode: ExitCode = EXIT.ok;
  return {
    surroundings,
    exitCode: () => exitCode,
    begin(command, { asText = false } = {}) {
      const flags = command.optsWithGlobals<GlobalFlags>();
      const connection = (kind: KeyKind = 'account') => findConnection(flags, kind, surroundings);
      return {
        surroundings,
        output: createOutput(surroundings, flags.json ?? (asText ? false : undefined)),
        connection,
        connect: async (kind) => {
          const { url, key } = await connection(kind);
          // Loaded when needed, so that --help does not wait for it.
          const { createSluice } = await import('@sluice/sdk');
          // Somebody waits at the prompt: two more tries take a second and a half at most.
          return createSluice({ baseUrl: url, apiKey: key, maxRetries: 2 });
        },
        endBadly() {
          exitCode = EXIT.refused;
        },
      };
    },
  };
}
