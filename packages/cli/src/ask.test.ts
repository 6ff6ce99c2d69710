import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { terminalAsk } from './ask.ts';
import { Interrupted } from './endings.ts';

/** A terminal of streams, on which somebody types once the question stands there. */
function typing(keys: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let shown = '';
  let typed = false;
  output.on('data', (chunk) => {
    shown += chunk;
    if (typed || !shown.includes('?')) return;
    typed = true;
    // After this turn, in which the library starts to listen.
    setImmediate(() => {
      for (const key of keys) input.write(key);
    });
  });
  const ask = terminalAsk(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream);
  return { ask, shown: () => shown };
}

describe('questions on a terminal', () => {
  test('text', async () => {
    expect(await typing('hello\r').ask.text({ message: 'Name?' })).toBe('hello');
  });

  test('a secret is not shown', async () => {
    const { ask, shown } = typing('hush-hush\r');
    expect(await ask.secret({ message: 'API key?' })).toBe('hush-hush');
    expect(shown()).toContain('API key?');
    expect(shown()).not.toContain('hush');
  });

  test('a choice', async () => {
    const options = [
      { value: 'a', label: 'First' },
      { value: 'b', label: 'Second' },
    ];
    expect(await typing('j\r').ask.choose({ message: 'Which?', options })).toBe('b');
  });

  test('yes or no', async () => {
    expect(await typing('y').ask.confirm({ message: 'Sure?' })).toBe(true);
    expect(await typing('\r').ask.confirm({ message: 'Sure?' })).toBe(false);
  });

  test('Ctrl-C is an interruption', async () => {
    await expect(typing('\u0003').ask.text({ message: 'Name?' })).rejects.toBeInstanceOf(Interrupted);
  });
});
