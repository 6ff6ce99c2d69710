/** The gateway as a library: what the command line composes. */
export { type Config, ConfigError, describeSettings, readConfig } from './config.ts';
export { type Effects, openEffects, type RunningGateway, runGateway, startGateway } from './main.ts';
export { backup, migrateDatabase, restore } from './maintenance.ts';
