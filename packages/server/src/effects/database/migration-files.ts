/** Reads the migrations that ship with this release from `store/migrations`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Migration, parseMigration } from '../../store/migrate.ts';

const SHIPPED = fileURLToPath(new URL('../../store/migrations', import.meta.url));

export async function readMigrations(folder: string = SHIPPED): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name) => parseMigration(name, await readFile(join(folder, name), 'utf8'))),
  );
}
