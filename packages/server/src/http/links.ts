/** Signed links to assets. The same link for a while, so that players and caches know it again. */
import type { Context } from '../lifecycle/context.ts';
import type { TaskLinks } from './views/task.ts';

/** Links of one hour are equal: their end is rounded up. */
const STEP_MS = 3_600_000;

export function assetPath(assetId: string): string {
  return `/v1/assets/${assetId}`;
}

export function filePath(fileId: string): string {
  return `/v1/files/${fileId}/content`;
}

export function taskLinks(context: Pick<Context, 'clock' | 'secrets' | 'settings'>): TaskLinks {
  const { publicUrl, linkLifeMs } = context.settings;
  const expiresAtMs = Math.ceil((context.clock.now() + linkLifeMs) / STEP_MS) * STEP_MS;
  return {
    assetLink: (assetId) => ({
      url: `${publicUrl ?? ''}${context.secrets.signLink(assetPath(assetId), expiresAtMs)}`,
      expiresAtMs,
    }),
  };
}
