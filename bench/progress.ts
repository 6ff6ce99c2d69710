/** What is going on, on standard error: one line that moves on a terminal, a line every few seconds elsewhere. */

export type Progress = {
  /** `done` of `all` steps of what is named. */
  step(name: string, done: number, all: number): void;
  say(text: string): void;
  /** Clears the moving line. */
  end(): void;
};

const LINE_EVERY_MS = 5_000;
const DRAW_EVERY_MS = 100;
const BAR_COLUMNS = 24;

export function createProgress(stream: NodeJS.WriteStream): Progress {
  const startedAt = performance.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let lastName = '';

  function seconds(): string {
    return `${Math.round((performance.now() - startedAt) / 1000)} s`.padStart(6);
  }

  return {
    step: (name, done, all) => {
      const now = performance.now();
      const due = stream.isTTY ? DRAW_EVERY_MS : LINE_EVERY_MS;
      if (name === lastName && now - drawnAt < due && done < all) return;
      drawnAt = now;
      lastName = name;
      const filled = Math.round((BAR_COLUMNS * done) / Math.max(1, all));
      if (stream.isTTY) {
        const bar = `${'█'.repeat(filled)}${'·'.repeat(BAR_COLUMNS - filled)}`;
        stream.write(`\r\u001b[K${seconds()}  ${bar}  ${name} ${done}/${all}`);
      } else stream.write(`${seconds()}  ${name} ${done}/${all}\n`);
    },
    say: (text) => {
      stream.write(`${stream.isTTY ? '\r\u001b[K' : ''}${seconds()}  ${text}\n`);
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
