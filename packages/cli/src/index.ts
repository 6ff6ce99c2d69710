/** @sluice/cli as a library: run a command line with surroundings of your own. */
export { EXIT, type ExitCode } from './endings.ts';
export { platformSurroundings } from './platform.ts';
export { run } from './run.ts';
export type { Surroundings } from './surroundings.ts';
