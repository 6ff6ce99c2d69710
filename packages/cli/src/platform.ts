/** The real surroundings: this process, its terminal, its clock. */
import { homedir } from 'node:os';
import { terminalAsk } from './ask.ts';
import { EXIT, Interrupted } from './endings.ts';
import type { Screen, Surroundings } from './surroundings.ts';

export function platformSurroundings(): Surroundings {
  // A reader that leaves early (`| head`) is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    });
  }
  return {
    env: process.env,
    homeDir: homedir(),
    cwd: process.cwd(),
    stdout: screenOf(process.stdout),
    stderr: screenOf(process.stderr),
    stdin: {
      isTerminal: process.stdin.isTTY === true,
      async readAll() {
        const chunks: Buffer[] = [];
        for await (const chunk of process.stdin) chunks.push(chunk);
        return Buffer.concat(chunks).toString('utf8');
      },
    },
    ask: terminalAsk(process.stdin, process.stderr),
    now: () => Date.now(),
    interruption: interruption(),
  };
}

function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => {
      stream.write(text);
    },
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

/** The first signal asks for a gentle end, the second ends at once. */
function interruption(): () => AbortSignal {
  let controller: AbortController | null = null;
  return () => {
    if (controller) return controller.signal;
    const asked = new AbortController();
    controller = asked;
    const onSignal = (): void => {
      if (asked.signal.aborted) process.exit(EXIT.interrupted);
      asked.abort(new Interrupted());
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return asked.signal;
  };
}
