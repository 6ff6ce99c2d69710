/** One part of the end-to-end runs by its folder: `npm run e2e -- prism`, `npm run e2e -- doors`. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const parts = process.argv.slice(2).map((part) => `e2e/${part}/`);
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const run = spawn(process.execPath, [vitest, 'run', ...(parts.length === 0 ? ['e2e/'] : parts)], {
  stdio: 'inherit',
});
run.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
