/** Reads the migrations that ship with this release from `store/migrations`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../store/migrations', import.meta.url));

/** In the order of their numbers; `migrate` of `store/migrate.ts` applies them. */
export async function readMigrations(
  folder: string = SHIPPED,
): Promise<{ name: string; contents: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, contents: await readFile(join(folder, name), 'utf8') })),
  );
}
