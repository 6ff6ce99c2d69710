/** Questions on a real terminal. Drawn on standard error: standard output belongs to results. */
import { Interrupted } from './endings.ts';
import type { Ask, Choice, TextQuestion } from './surroundings.ts';

export function terminalAsk(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Ask {
  const streams = { input, output };
  // Loaded at the first question: most commands never ask one.
  const load = () => import('@clack/prompts');
  return {
    async text(question) {
      const { text } = await load();
      const answer = await text({ ...streams, ...asked(question) });
      if (typeof answer === 'symbol') throw new Interrupted();
      return (answer ?? '').trim();
    },
    async secret(question) {
      const { password } = await load();
      const answer = await password({ ...streams, ...asked(question) });
      if (typeof answer === 'symbol') throw new Interrupted();
      return (answer ?? '').trim();
    },
    async confirm({ message, initial = false }) {
      const { confirm } = await load();
      const answer = await confirm({ ...streams, message, initialValue: initial });
      if (typeof answer === 'symbol') throw new Interrupted();
      return answer;
    },
    async choose<T extends string>({
      message,
      options,
    }: {
      message: string;
      options: Choice<T>[];
    }): Promise<T> {
      const { select } = await load();
      const shown = options.map(({ value, label, hint }) => ({ value, label, ...(hint ? { hint } : {}) }));
      const answer = await select<string>({ ...streams, message, options: shown });
      // The library answers a symbol when the person pressed Ctrl-C.
      const chosen = options.find(({ value }) => value === answer);
      if (!chosen) throw new Interrupted();
      return chosen.value;
    },
  };
}

function asked({ message, placeholder, initial, check }: TextQuestion) {
  return {
    message,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(initial === undefined ? {} : { initialValue: initial }),
    validate: (answer: string | undefined) => check?.((answer ?? '').trim()),
  };
}
