/**
 * Stage 5: the clip comes home.
 *
 * What enters: assets in state `copying`, earliest-dying link first.
 * What leaves: an asset in state `stored`, whose bytes were hashed on the way in, probed, published under their
 * hash, read back and hashed again; its poster, drawn meanwhile; and the task in `settling`. Or, when the clip cannot
 * be had any more, the task in `settling` as failed, and nobody pays.
 * If it dies in the middle: bytes already spooled are kept and the copy resumes by Range, half a megabyte that was not
 * yet written is fetched again; publishing the same bytes under the same hash twice is harmless, for the clip as for
 * the poster, whichever of the two was stored first; before the row says `stored` nobody sees either file.
 */
import { Order } from '@sluice/contract';
import { clipFlags } from '../decide/clip.ts';
import { type CopyTrouble, copyVerdict } from '../decide/copying.ts';
import type { Incoming } from '../effects/blobs/blobs.ts';
import type { ByteReader, CodedPicture } from '../effects/media/media.ts';
import { newId } from '../effects/random/id.ts';
import type { CopyRow, StoredClip, StoredPoster } from '../store/mirror.ts';
import type { Context } from './context.ts';
import { type Fetched, fetchClip } from './fetch-clip.ts';
import { freshLink } from './fresh-link.ts';
import { type FileToKeep, publishChecked, storeBytes } from './keep.ts';
import { whileLeased } from './while-leased.ts';

const DAY_MS = 86_400_000;
const POSTER_WIDTH = 640;

/** Claims due copies; the caller runs them side by side. */
export async function claimCopies(
  context: Context,
  most: number,
): Promise<{ lease: string; copies: CopyRow[] }> {
  const nowMs = context.clock.now();
  const lease = newId('lease', nowMs, context.random);
  if (most <= 0) return { lease, copies: [] };
  await dropOrphans(context, nowMs);
  const untilMs = nowMs + context.settings.leaseMs;
  const copies = await context.store.mirror.claimCopies({ nowMs, most, lease, untilMs });
  return { lease, copies };
}

export async function copyAsset(context: Context, lease: string, copy: CopyRow): Promise<void> {
  await whileLeased(context, lease, copy.id, () => bringHome(context, lease, copy));
}

async function bringHome(context: Context, lease: string, copy: CopyRow): Promise<void> {
  const fetched = await fetchClip(context, lease, copy);
  if (fetched.kind === 'lease_lost') return;
  if (fetched.kind === 'trouble') return giveUpOrRetry(context, lease, copy, fetched.trouble, fetched.detail);
  const kept = await keepClip(context, lease, copy, fetched);
  if (kept.kind === 'trouble') return giveUpOrRetry(context, lease, copy, kept.trouble, kept.detail);
  const nowMs = context.clock.now();
  const recorded = await context.store.mirror.recordStored(kept.clip, nowMs);
  if (!recorded) return;
  await fetched.incoming.discard();
  context.telemetry.observe('sluice_mirror_lag_seconds', (nowMs - copy.created_at) / 1000, {
    path: copy.path_name,
  });
  context.telemetry.count('sluice_mirrored_bytes_total', { path: copy.path_name }, kept.clip.bytes);
  context.wake('settle');
}

type Troubled = { kind: 'trouble'; trouble: CopyTrouble; detail: string };
type Kept = { kind: 'kept'; clip: StoredClip } | Troubled;

async function keepClip(
  context: Context,
  lease: string,
  copy: CopyRow,
  { incoming, facts }: Extract<Fetched, { kind: 'fetched' }>,
): Promise<Kept> {
  const order = Order.parse(copy.order);
  const sha256 = await incoming.sha256();
  const bytes = incoming.bytes();
  const picture = await firstPictureOf(context, { size: bytes, read: incoming.read });
  const extension = facts.container === 'webm' ? 'webm' : 'mp4';
  const contentType = `video/${extension}`;
  const spare = `${copy.id}-${copy.tries}`;
  const file = { folder: 'assets', extension, contentType, sha256, bytes, spare };
  // Drawn in a thread of its own, while the clip is stored and read back.
  const drawing = keepPoster(context, picture);
  const blobKey = await publishClip(context, incoming, file);
  const poster = await drawing;
  if (typeof blobKey !== 'string') return blobKey;
  const nowMs = context.clock.now();
  return {
    kind: 'kept',
    clip: {
      id: copy.id,
      lease,
      blobKey,
      bytes,
      sha256,
      contentType,
      width: facts.width,
      height: facts.height,
      durationSeconds: facts.durationSeconds,
      videoCodec: facts.videoCodec,
      audioCodec: facts.audioCodec,
      flags: clipFlags(order, facts),
      deleteAtMs: copy.retention_days === null ? null : nowMs + copy.retention_days * DAY_MS,
      poster,
    },
  };
}

async function publishClip(
  context: Context,
  incoming: Incoming,
  file: FileToKeep,
): Promise<string | Troubled> {
  try {
    const blobKey = await publishChecked(context, incoming, file);
    return blobKey ?? passing('the stored file differs from what was downloaded');
  } catch (error) {
    return passing(`storage: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A poster is nice to have: whatever goes wrong with it, the clip goes on. */
async function firstPictureOf(context: Context, clip: ByteReader): Promise<CodedPicture | null> {
  try {
    return await context.media.firstPicture(clip);
  } catch (error) {
    return withoutPoster(context, error);
  }
}

async function keepPoster(context: Context, first: CodedPicture | null): Promise<StoredPoster | null> {
  if (first === null) return null;
  try {
    const picture = await context.media.poster(first, { maxWidth: POSTER_WIDTH });
    if (picture === null) return null;
    const stored = await storeBytes(context, 'posters', 'jpg', 'image/jpeg', picture);
    const shown = await context.media.probeImage({
      size: picture.length,
      read: async (start, end) => picture.subarray(start, end),
    });
    const id = newId('asset', context.clock.now(), context.random);
    return {
      id,
      ...stored,
      contentType: 'image/jpeg',
      width: shown?.width ?? null,
      height: shown?.height ?? null,
    };
  } catch (error) {
    return withoutPoster(context, error);
  }
}

function withoutPoster(context: Context, error: unknown): null {
  context.telemetry.log('warn', 'no poster for a clip', { error: String(error) });
  return null;
}

async function giveUpOrRetry(
  context: Context,
  lease: string,
  copy: CopyRow,
  trouble: CopyTrouble,
  detail: string,
): Promise<void> {
  const nowMs = context.clock.now();
  const verdict = copyVerdict(trouble, { tries: copy.tries, expiresAtMs: copy.source_expires_at, nowMs });
  context.telemetry.count('sluice_copy_troubles_total', { path: copy.path_name, kind: trouble.kind });
  if (verdict.kind === 'give_up') {
    const incoming = await context.blobs.receive(copy.id);
    await incoming.discard();
    await context.store.mirror.recordLost({ id: copy.id, lease, error: detail, code: verdict.code }, nowMs);
    return context.wake('settle');
  }
  const link = verdict.freshLink ? await freshLink(context, copy) : null;
  await context.store.mirror.recordCopyAgain([
    { id: copy.id, lease, copyAtMs: verdict.atMs, error: detail, link },
  ]);
}

/** Copies of tasks that ended first leave their spool behind. */
async function dropOrphans(context: Context, nowMs: number): Promise<void> {
  for (const id of await context.store.mirror.dropOrphanCopies(nowMs)) {
    const incoming = await context.blobs.receive(id);
    await incoming.discard();
  }
}

function passing(detail: string): Troubled {
  return { kind: 'trouble', trouble: { kind: 'passing' }, detail };
}
