/** Signed links to assets. The same link for a while, so that players and caches know it again. */
import type { FastifyRequest } from 'fastify';
import type { Context, LifecycleSettings } from '../lifecycle/context.ts';
import type { TaskLinks } from './views/task.ts';

/** Links of one hour are equal: their end is rounded up. */
const STEP_MS = 3_600_000;

export function assetPath(assetId: string): string {
  return `/v1/assets/${assetId}`;
}

export function filePath(fileId: string): string {
  return `/v1/files/${fileId}/content`;
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/i;
const ADDRESS = /^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i;

/**
 * What links begin with: the public address, or, where none is set, the host by which the client itself reached us.
 * A client can only mislead itself with it: the answer goes to nobody else, and nothing keeps it (no-store). What is no
 * host and port leaves the link relative.
 */
export function linkBase(
  { publicUrl }: Pick<LifecycleSettings, 'publicUrl'>,
  request: FastifyRequest,
): string {
  if (publicUrl !== null) return publicUrl;
  const { host, protocol } = request;
  return NAME.test(host) || ADDRESS.test(host) ? `${protocol}://${host.toLowerCase()}` : '';
}

/** `base`: of the request that the links answer. */
export function taskLinks(context: Pick<Context, 'clock' | 'secrets' | 'settings'>, base: string): TaskLinks {
  const { linkLifeMs } = context.settings;
  const expiresAtMs = Math.ceil((context.clock.now() + linkLifeMs) / STEP_MS) * STEP_MS;
  return {
    assetLink: (assetId) => ({
      url: `${base}${context.secrets.signLink(assetPath(assetId), expiresAtMs)}`,
      expiresAtMs,
    }),
  };
}
