/**
 * Where results go. On a terminal people get text; in a pipe, or with --json, programs get JSON. Results go
 * to standard output, everything said beside them to standard error, so that a pipe carries results only.
 */
import pico from 'picocolors';
import type { Screen, Surroundings } from '../surroundings.ts';

export type Colors = ReturnType<typeof pico.createColors>;

/** What rendering needs to know of the terminal. */
export type Paint = {
  color: Colors;
  columns: number;
  nowMs: number;
};

export type Output = {
  mode: 'text' | 'json';
  /** The one result of a command. */
  result(value: unknown, render: (paint: Paint) => string): void;
  /** One of several results that arrive over time: a line of text, or a line of JSON. */
  event(value: unknown, render: (paint: Paint) => string): void;
  /** Bytes as they are, for exports. */
  raw(bytes: string | Uint8Array): void;
  /** A remark for a person; programs do not see it. */
  note(render: string | ((paint: Paint) => string)): void;
  /** Standard error with its paint, for progress lines. */
  aside: { screen: Screen; paint: Paint };
};

export function createOutput(surroundings: Surroundings, asked: boolean | undefined): Output {
  const { stdout, stderr } = surroundings;
  const mode = (asked ?? !stdout.isTerminal) ? 'json' : 'text';
  const paint = paintFor(stdout, surroundings);
  const asidePaint = paintFor(stderr, surroundings);
  const print = (screen: Screen, text: string): void => {
    if (text !== '') screen.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  return {
    mode,
    result: (value, render) =>
      print(
        stdout,
        mode === 'json' ? JSON.stringify(value, null, stdout.isTerminal ? 2 : 0) : render(paint()),
      ),
    event: (value, render) => print(stdout, mode === 'json' ? JSON.stringify(value) : render(paint())),
    raw: (bytes) => stdout.write(bytes),
    note: (render) => {
      if (mode === 'text') print(stderr, typeof render === 'string' ? render : render(asidePaint()));
    },
    aside: {
      screen: stderr,
      get paint() {
        return asidePaint();
      },
    },
  };
}

/** Made anew for each use: terminals are resized, and time goes on. */
export function paintFor(screen: Screen, surroundings: Surroundings): () => Paint {
  const color = pico.createColors(wantsColor(screen, surroundings.env));
  return () => ({
    color,
    columns: screen.isTerminal ? screen.columns : Number.POSITIVE_INFINITY,
    nowMs: surroundings.now(),
  });
}

function wantsColor(screen: Screen, env: Surroundings['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return screen.isTerminal && env.TERM !== 'dumb';
}
