/** `sluice`: the command line. */
import { platformSurroundings } from './platform.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), platformSurroundings());
