/** Step of stage 5: the download into the spool, resumed where an earlier try ended, and a look at what came. */

import type { CopyTrouble } from '../decide/copying.ts';
import type { Incoming } from '../effects/blobs/blobs.ts';
import type { VideoFacts } from '../effects/media/media.ts';
import { type OutboundStream, OutboundStreamError } from '../effects/outbound/outbound.ts';
import type { CopyRow } from '../store/mirror.ts';
import type { Context } from './context.ts';
import { contextFor, credentialRefused } from './credentials.ts';
import { gatherInto } from './gather.ts';
import type { AccessPath } from './paths.ts';

export type Fetched =
  | { kind: 'fetched'; incoming: Incoming; facts: VideoFacts }
  | { kind: 'trouble'; trouble: CopyTrouble; detail: string }
  | { kind: 'lease_lost' };

const LIMITS = { connectMs: 10_000, headersMs: 30_000, idleMs: 30_000, totalMs: 3_600_000 };
const REDIRECTS_MOST = 3;

export async function fetchClip(context: Context, lease: string, copy: CopyRow): Promise<Fetched> {
  const path = context.paths.byName(copy.path_name);
  const foreign = path && foreignHost(path, copy.source_url);
  if (foreign) return trouble({ kind: 'forbidden_address' }, foreign);
  const incoming = await context.blobs.receive(copy.id);
  const from = incoming.bytes();
  const reply = await context.outbound.stream({
    method: 'GET',
    url: copy.source_url,
    headers: {
      ...(await vendorHeaders(context, copy)),
      'accept-encoding': 'identity',
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    },
    trust: path && isVendors(path, copy.source_url) ? 'configured' : 'given',
    limits: { ...LIMITS, maxBytes: context.settings.resultMaxBytes },
    redirects: REDIRECTS_MOST,
  });
  if (reply.kind === 'not_sent') {
    const blocked = reply.reason === 'address_blocked' || reply.reason === 'bad_url';
    return trouble(blocked ? { kind: 'forbidden_address' } : { kind: 'passing' }, reply.detail);
  }
  if (reply.kind === 'lost') return trouble({ kind: 'passing' }, reply.detail);
  if (reply.status === 401 && path && isVendors(path, copy.source_url)) await tellRefused(context, copy);
  const expected = await openBody(reply, incoming, from);
  if (typeof expected === 'object' && expected !== null) return expected;
  const drained = await drain(context, lease, copy, reply, incoming);
  if (drained !== 'drained') return drained;
  if (expected !== null && incoming.bytes() !== expected) {
    return trouble({ kind: 'passing' }, `the download ended at ${incoming.bytes()} of ${expected} bytes`);
  }
  return inspect(context, incoming);
}

/** Links may only lead to hosts that the provider is known to use, where it names them. */
export function foreignHost(path: AccessPath, url: string): string | null {
  if (path.row.sandbox || path.provider.resultHosts.length === 0 || isVendors(path, url)) return null;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const known = path.provider.resultHosts.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return known ? null : `the result link leads to ${host}, which is none of the provider’s hosts`;
}

/** Some vendors hand their files out at the address of their API, to the holder of the key. */
async function vendorHeaders(context: Context, copy: CopyRow): Promise<Record<string, string>> {
  const path = context.paths.byName(copy.path_name);
  if (!path) return {};
  return path.provider.downloadHeaders(
    await contextFor(context, path, copy.credential_version),
    copy.source_url,
  );
}

/** The next try goes with the path's present credential. */
async function tellRefused(context: Context, copy: CopyRow): Promise<void> {
  const path = context.paths.byName(copy.path_name);
  if (path) await credentialRefused(context, path, copy.credential_version);
}

/** Whether the link leads to the very origin that the operator configured for the path. */
export function isVendors({ row: { base_url: baseUrl } }: AccessPath, url: string): boolean {
  if (!URL.canParse(baseUrl) || !URL.canParse(url)) return false;
  return new URL(baseUrl).origin === new URL(url).origin;
}

/** The size that the whole file must have, null when the upstream does not say; or why the answer is no download. */
async function openBody(
  reply: OutboundStream,
  incoming: Incoming,
  from: number,
): Promise<number | null | Fetched> {
  const length = Number(reply.headers['content-length'] ?? Number.NaN);
  if (reply.status === 200) {
    // The whole file from its start: what was spooled before would only be in the way.
    if (from > 0) await incoming.reset();
    return Number.isFinite(length) ? length : null;
  }
  if (reply.status === 206 && from > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(reply.headers['content-range'] ?? '');
    if (range && Number(range[1]) === from) return range[2] === '*' ? null : Number(range[2]);
  }
  reply.cancel();
  if (reply.status === 416 || reply.status === 206) {
    await incoming.reset();
    return trouble({ kind: 'passing' }, `the upstream answered the resumed download with ${reply.status}`);
  }
  const dead = reply.status === 403 || reply.status === 404 || reply.status === 410;
  const what = `the result link answered ${reply.status}`;
  return trouble(dead ? { kind: 'link_dead', status: reply.status } : { kind: 'passing' }, what);
}

async function drain(
  context: Context,
  lease: string,
  copy: CopyRow,
  reply: OutboundStream,
  incoming: Incoming,
): Promise<'drained' | Fetched> {
  const { leaseMs } = context.settings;
  const gathered = gatherInto(incoming);
  let extendedAtMs = context.clock.monotonic();
  try {
    for await (const chunk of reply.body) {
      // Before it is written: the spool of a copy that is no longer ours is somebody else's.
      if (context.clock.monotonic() - extendedAtMs >= leaseMs / 3) {
        extendedAtMs = context.clock.monotonic();
        const mine = await context.store.mirror.extendCopy(copy.id, lease, context.clock.now() + leaseMs);
        if (!mine) {
          reply.cancel();
          return { kind: 'lease_lost' };
        }
      }
      await gathered.append(chunk);
    }
    await gathered.flush();
    return 'drained';
  } catch (error) {
    reply.cancel();
    // The next try goes on from here.
    await gathered.flush().catch(() => {});
    if (error instanceof OutboundStreamError && error.reason === 'too_large') {
      return trouble({ kind: 'too_large' }, error.message);
    }
    return trouble({ kind: 'passing' }, error instanceof Error ? error.message : String(error));
  }
}

async function inspect(context: Context, incoming: Incoming): Promise<Fetched> {
  const facts = await context.media.probeVideo({ size: incoming.bytes(), read: incoming.read });
  if (facts !== null) return { kind: 'fetched', incoming, facts };
  await incoming.reset();
  return trouble({ kind: 'not_a_clip' }, 'what came is not a video file');
}

function trouble(kind: CopyTrouble, detail: string): Extract<Fetched, { kind: 'trouble' }> {
  return { kind: 'trouble', trouble: kind, detail };
}
