import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

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
