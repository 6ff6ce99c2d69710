/**
 * Builds the console while the project is installed. It never fails the install: what cannot be built now is built, or
 * complained about, at the first start.
 */
import { ensureConsole } from './ensure.ts';

const result = await ensureConsole();
if (!result.ok) process.stderr.write(`${result.reason}; the first start tries again\n`);
