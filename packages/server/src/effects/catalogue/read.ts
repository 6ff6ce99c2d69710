/** Reads the catalogue's data files from disk; parsing them is pure and lives in `catalogue/`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names are relative, with forward slashes: `models/kling-o3.json`. */
export type ReadFile = { name: string; text: string };

/** The files that ship with the server; an operator may point at a folder of the same layout. */
export const SHIPPED_CATALOGUE = fileURLToPath(new URL('../../../catalogue', import.meta.url));

/** An operator's own folder need not have all of them. */
const FOLDERS = ['', 'models', 'prices', 'doors', 'dossiers'];

export function readCatalogueFiles(directory: string = SHIPPED_CATALOGUE): ReadFile[] {
  const files: ReadFile[] = [];
  for (const folder of FOLDERS) {
    if (!existsSync(join(directory, folder))) continue;
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      files.push({ name, text: readFileSync(join(directory, folder, entry.name), 'utf8') });
    }
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}
