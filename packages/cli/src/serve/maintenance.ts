/**
 * What the server does to a database that no gateway is serving. Looked up by name at run time, so that the
 * command line says plainly when the installed server cannot do it.
 */
import * as server from '@sluice/server';
import { CommandError } from '../endings.ts';

type Config = server.Config;
type Line = (line: string) => void;

export type BackupSummary = { file: string; bytes: number; rows: number };
export type RestoreSummary = { rows: number; quarantined: boolean };
export type MigrateSummary = { from: number; to: number };

export type Maintenance = {
  backup(config: Config, file: string, onLine: Line): Promise<BackupSummary>;
  restore(config: Config, file: string, onLine: Line): Promise<RestoreSummary>;
  migrateDatabase(config: Config, onLine: Line): Promise<MigrateSummary>;
};

export function maintenance<Name extends keyof Maintenance>(name: Name): Maintenance[Name] {
  const found = (server as Partial<Maintenance>)[name];
  if (!found) {
    throw new CommandError(
      `The installed @sluice/server has no ${name}.`,
      'Install a matching release of both.',
    );
  }
  return found;
}
