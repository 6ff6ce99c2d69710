/** How a command ends when it does not end well, and the exit code that scripts may rely on. */

export const EXIT = {
  ok: 0,
  /** The gateway refused, or the task came to another end than a clip. */
  refused: 1,
  /** The command line is wrong, or something it needs is not configured. */
  usage: 2,
  /** No usable answer from a gateway. */
  connection: 3,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The person can put it right on the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly fix: string | undefined;

  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}

/** Something here, not at the gateway, did not work: a file, a hash, a missing part. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly fix: string | undefined;

  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}

export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('Interrupted.');
  }
}
