/** Runs one command line and says how it ended. Everything that a command throws is printed here. */
import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './endings.ts';
import { createContext } from './invocation.ts';
import { paintFor } from './output/output.ts';
import { buildProgram } from './program.ts';
import type { Surroundings } from './surroundings.ts';

export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const context = createContext(surroundings);
  try {
    const program = await buildProgram(argv, context);
    await program.parseAsync(argv, { from: 'user' });
    return context.exitCode();
  } catch (error) {
    // Commander has printed its own message by now; asking for help is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return await printFailure(error, argv, surroundings);
  }
}

async function printFailure(
  error: unknown,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  const { failureFrom } = await import('./output/failure.ts');
  const failure = failureFrom(error, Boolean(env.SLUICE_DEBUG));
  // Somebody who looks at `sluice … | jq` on a terminal wants to read what went wrong.
  const forPrograms =
    !argv.includes('--no-json') && (argv.includes('--json') || (!stdout.isTerminal && !stderr.isTerminal));
  const text = forPrograms ? JSON.stringify(failure.json) : failure.text(paintFor(stderr, surroundings)());
  stderr.write(`${text}\n`);
  return failure.exitCode;
}
