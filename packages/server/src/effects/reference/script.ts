/** The script of the API reference page, from the package that ships it. Nothing is loaded from elsewhere. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export function referenceScript(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve('rapidoc/dist/rapidoc-min.js'));
}
