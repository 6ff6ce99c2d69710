/**
 * One line that says how far something is. On a terminal it repaints itself in place; elsewhere it prints a
 * line when the situation changes, so that a log stays readable.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Output, Paint } from './output.ts';
import { visibleLength } from './table.ts';

export type Progress = {
  /** `situation` decides whether a log gets a new line; `render` is called at each repaint. */
  show(situation: string, render: (paint: Paint) => string): void;
  /** Takes the line away, or leaves it in the log. */
  end(): void;
};

const FRAME_MS = 120;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const CLEAR_LINE = '\r\u001b[2K';

export function startProgress(output: Output): Progress {
  if (output.aside.screen.isTerminal) return paintedProgress(output);
  // Two logs of the same thing help nobody: a program that reads JSON gets the result only.
  return output.mode === 'text' ? loggedProgress(output) : { show() {}, end() {} };
}

function paintedProgress({ aside }: Output): Progress {
  let render: ((paint: Paint) => string) | null = null;
  let frame = 0;
  const repaint = (): void => {
    if (!render) return;
    const { paint } = aside;
    const spinner = paint.color.cyan(FRAMES[frame % FRAMES.length] ?? '');
    const text = render(paint);
    // A line that wraps could not be taken back. Cut without its colours, which a cut may fall into.
    const room = Math.max(0, paint.columns - 3);
    const line =
      visibleLength(text) <= room ? text : [...stripVTControlCharacters(text)].slice(0, room).join('');
    aside.screen.write(`${CLEAR_LINE}${spinner} ${line}`);
    frame += 1;
  };
  const timer = setInterval(repaint, FRAME_MS);
  timer.unref();
  return {
    show(_, next) {
      render = next;
      repaint();
    },
    end() {
      clearInterval(timer);
      aside.screen.write(CLEAR_LINE);
    },
  };
}

function loggedProgress({ aside }: Output): Progress {
  let shown: string | null = null;
  return {
    show(situation, render) {
      if (situation === shown) return;
      shown = situation;
      aside.screen.write(`${render(aside.paint)}\n`);
    },
    end() {},
  };
}

/** `████████░░░░` */
export function bar(percent: number, width: number, paint: Paint): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return paint.color.green('█'.repeat(full)) + paint.color.dim('░'.repeat(width - full));
}
