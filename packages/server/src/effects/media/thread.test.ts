import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ByteReader } from './media.ts';
import { createMediaThreads } from './thread.ts';

const run = promisify(execFile);

test('a process that has looked into a file ends when it has nothing else to do', async () => {
  const thread = new URL('./thread.ts', import.meta.url).href;
  const program = `
    const { createMediaThread } = await import(${JSON.stringify(thread)});
    const bytes = new Uint8Array(64);
    const reader = { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
    console.log(JSON.stringify(await createMediaThread().run({ kind: 'facts' }, reader)));
  `;
  const loader = fileURLToPath(import.meta.resolve('tsx'));
  const { stdout } = await run(
    process.execPath,
    ['--import', loader, '--input-type=module', '--eval', program],
    // Left to itself, the thread would go after a minute.
    { timeout: 25_000 },
  );
  expect(stdout.trim()).toBe('null');
});

test('work that takes long keeps other work waiting only when all threads have some', async () => {
  const threads = createMediaThreads(2);
  const nothing = new Uint8Array(64);
  const zeros: ByteReader = { size: 64, read: async (start, end) => nothing.subarray(start, end) };
  let answer = (_bytes: Uint8Array) => {};
  let tell = () => {};
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const slow: ByteReader = {
    size: 64,
    read: () =>
      new Promise((resolve) => {
        answer = resolve;
        tell();
      }),
  };
  let isOver = false;
  const first = threads.run({ kind: 'facts' }, slow).finally(() => (isOver = true));
  expect(await threads.run({ kind: 'facts' }, zeros)).toBeNull();
  expect(await threads.run({ kind: 'facts' }, zeros)).toBeNull();
  await asked;
  expect(isOver).toBe(false);
  answer(nothing);
  expect(await first).toBeNull();
});
