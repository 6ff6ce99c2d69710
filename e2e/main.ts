/**
 * Parts of the end-to-end runs by their folders: `npm run e2e -- prism`, `npm run e2e -- doors --retries 200` (that
 * many creates of each client, each with its first answer cut off).
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

function count(text: string): string {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 99999.');
  return text;
}

const program = new Command('e2e')
  .argument('[parts...]', 'folders of e2e/; without one, all')
  .option('--retries <n>', 'creates of each client at the doors whose first answer is cut off', count)
  .parse();
const { retries } = program.opts<{ retries?: string }>();
const parts = program.args.map((part) => `e2e/${part}/`);
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
// What a part prints is its result, so it is not framed by the name of its file.
const args = ['run', '--disable-console-intercept=true', ...(parts.length === 0 ? ['e2e/'] : parts)];
const run = spawn(process.execPath, [vitest, ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...(retries === undefined ? {} : { E2E_RETRIES: retries }) },
});
run.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
