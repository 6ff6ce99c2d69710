/** Replaces files of this machine in an order by uploads. Each file is uploaded once, however often it is named. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CreateGeneration, FileObject, Sluice } from '@sluice/sdk';
import { UsageError } from '../endings.ts';

export type Upload = { path: string; name: string; bytes: number };

export type UploadWatcher = {
  starts(upload: Upload, at: number, of: number): void;
};

/** The files that an order names, in order and without repeats. */
export async function localInputs(order: CreateGeneration, cwd: string): Promise<Upload[]> {
  const paths = new Set(inputsOf(order).flatMap((address) => localPath(address, cwd) ?? []));
  return await Promise.all([...paths].map(describeFile));
}

export async function uploadInputs(
  sluice: Sluice,
  order: CreateGeneration,
  options: { cwd: string; watcher: UploadWatcher; signal?: AbortSignal },
): Promise<{ order: CreateGeneration; uploaded: FileObject[] }> {
  const uploads = await localInputs(order, options.cwd);
  const references = new Map<string, FileObject>();
  for (const [at, upload] of uploads.entries()) {
    options.watcher.starts(upload, at + 1, uploads.length);
    // A Blob backed by the file: sent with its length, and from the disk again when a connection breaks.
    const content = await openAsBlob(upload.path);
    references.set(upload.path, await sendFile(sluice, upload, content, options.signal));
  }
  const replace = (address: string): string => {
    const path = localPath(address, options.cwd);
    return (path && references.get(path)?.reference) ?? address;
  };
  return { order: withInputs(order, replace), uploaded: [...references.values()] };
}

async function sendFile(
  sluice: Sluice,
  upload: Upload,
  content: Blob,
  signal: AbortSignal | undefined,
): Promise<FileObject> {
  try {
    return await sluice.files.upload(content, { signal });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${upload.path} is no JPEG, PNG, MP4 or QuickTime file.`);
  }
}

function inputsOf(order: CreateGeneration): string[] {
  const { image_start, image_end, image_middle = [], image_urls = [], video_url, video_urls = [] } = order;
  return [image_start, image_end, ...image_middle, ...image_urls, video_url, ...video_urls].filter(
    (address) => address !== undefined,
  );
}

function withInputs(order: CreateGeneration, replace: (address: string) => string): CreateGeneration {
  const { image_start, image_end, image_middle, image_urls, video_url, video_urls } = order;
  return {
    ...order,
    ...(image_start === undefined ? {} : { image_start: replace(image_start) }),
    ...(image_end === undefined ? {} : { image_end: replace(image_end) }),
    ...(image_middle === undefined ? {} : { image_middle: image_middle.map(replace) }),
    ...(image_urls === undefined ? {} : { image_urls: image_urls.map(replace) }),
    ...(video_url === undefined ? {} : { video_url: replace(video_url) }),
    ...(video_urls === undefined ? {} : { video_urls: video_urls.map(replace) }),
  };
}

/** Null for an address of the network and for `file:<id>`, which is an upload that exists already. */
export function localPath(address: string, cwd: string): string | null {
  if (address.startsWith('file://')) return fileURLToPath(address);
  // Two letters at least: `C:\clip.mp4` is a file on Windows.
  if (/^[a-z][a-z0-9+.-]+:/i.test(address)) return null;
  return resolve(cwd, address);
}

async function describeFile(path: string): Promise<Upload> {
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile()) {
    throw new UsageError(`There is no file ${path}.`, 'Inputs are files, https addresses, or file:<id>.');
  }
  return { path, name: basename(path), bytes: facts.size };
}
