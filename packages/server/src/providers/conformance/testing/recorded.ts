/** What `npm run record` has kept of a live account, in the folder of the provider that it was recorded with. */
import { readdirSync, readFileSync } from 'node:fs';
import { readDocuments } from '../documents.ts';
import type { VendorDocument } from '../subject.ts';

/** Every recording is a file of its own: `recorded-kling-2026-11-29.json`. */
export const isRecorded = (file: string): boolean => /^recorded-.*\.json$/.test(file);

/** `provider` counts where a folder holds more than one. */
export function recordedDocuments(folder: URL, provider: string): VendorDocument[] {
  return readdirSync(folder)
    .filter((file) => isRecorded(file) && file.startsWith(`recorded-${provider}-2`))
    .sort()
    .flatMap((file) => readDocuments(readFileSync(new URL(file, folder), 'utf8')))
    .map((document) => ({ ...document, name: `recorded: ${document.name}` }));
}
