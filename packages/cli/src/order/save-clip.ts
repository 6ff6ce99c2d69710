/** Saves a clip: downloads beside the target, checks length and SHA-256, then renames into place. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Asset, Sluice, Task } from '@sluice/sdk';
import { CommandError } from '../endings.ts';

export type SavedClip = { asset: string; path: string; bytes: number; sha256: string };

export type SaveOptions = {
  cwd: string;
  /** A file, or a folder when it exists as one or ends with a slash. */
  output: string | undefined;
  onBytes?: (received: number, total: number) => void;
  signal?: AbortSignal;
};

/** The videos of a task; with more than one, the second is `name-2.mp4`. */
export async function saveClips(sluice: Sluice, task: Task, options: SaveOptions): Promise<SavedClip[]> {
  const videos = task.assets.filter((asset) => asset.kind === 'video');
  const saved: SavedClip[] = [];
  for (const [at, asset] of videos.entries()) {
    const path = numbered(await targetFor(task, asset, options), at);
    saved.push(await saveAsset(sluice, asset, path, options));
  }
  return saved;
}

async function saveAsset(
  sluice: Sluice,
  asset: Asset,
  path: string,
  options: SaveOptions,
): Promise<SavedClip> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  try {
    const { bytes, sha256 } = await downloadTo(part, sluice, asset, options);
    if (bytes !== asset.bytes || sha256 !== asset.sha256) {
      throw new CommandError(
        `The download of ${asset.id} is not the file that was stored (${bytes} of ${asset.bytes} bytes).`,
        'Save it again: sluice tasks save <task>',
      );
    }
    await rename(part, path);
    return { asset: asset.id, path, bytes, sha256 };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function downloadTo(
  path: string,
  sluice: Sluice,
  asset: Asset,
  { onBytes, signal }: SaveOptions,
): Promise<{ bytes: number; sha256: string }> {
  const { stream } = await sluice.assets.download(asset.id, { signal });
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes?.(bytes, asset.bytes);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(stream), count, createWriteStream(path), { signal });
  return { bytes, sha256: hash.digest('hex') };
}

async function targetFor(task: Task, asset: Asset, { cwd, output }: SaveOptions): Promise<string> {
  const name = `${task.id}${asset.content_type === 'video/quicktime' ? '.mov' : '.mp4'}`;
  if (output === undefined) return resolve(cwd, name);
  const path = resolve(cwd, output);
  const isFolder =
    output.endsWith('/') || output.endsWith(sep) || (await stat(path).catch(() => null))?.isDirectory();
  return isFolder ? join(path, name) : path;
}

function numbered(path: string, at: number): string {
  return at === 0 ? path : path.replace(/(\.\w+)?$/, `-${at + 1}$1`);
}
