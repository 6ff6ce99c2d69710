/** The files of the API reference viewer, from the package that ships them. Nothing is loaded from elsewhere. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const FILES = { script: 'swagger-ui-bundle.js', style: 'swagger-ui.css' } as const;

export function viewerFile(name: keyof typeof FILES): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${FILES[name]}`));
}
