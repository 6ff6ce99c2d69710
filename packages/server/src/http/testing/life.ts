/** Takes tasks through their life with the real stages and stores, and an upstream that always does as it is told. */

import { admitTasks } from '../../lifecycle/2-admit.ts';
import { settleTasks } from '../../lifecycle/6-settle.ts';
import { storeBytes } from '../../lifecycle/keep.ts';
import { note } from '../../lifecycle/note.ts';
import type { Admitted } from '../../store/admission.ts';
import type { Rig } from './rig.ts';

export const PATH = 'kling-test';
export const API_KEY = 'api-key-of-the-vendor-0123456789';

/** One sandbox path with fifty slots in each family; adding it twice is fine. */
export async function addPath(rig: Rig, name = PATH): Promise<void> {
  const body = {
    name,
    provider: 'kling',
    credential: { api_key: API_KEY },
    sandbox: true,
    limits: { '*': 50 },
    check: false,
  };
  const answer = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  if (answer.status !== 201 && answer.status !== 409) throw new Error(answer.text);
}

export const ORDER = { model: 'kling-3.0', prompt: 'a paper boat on a river', duration: 5 };

export async function orderOne(rig: Rig, key: string, change: object = {}): Promise<string> {
  const body = { ...ORDER, ...change };
  const answer = await rig.ask('POST', '/v1/videos/generations', { key, body });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body.id;
}

/** Admits what waits; the attempts are in `sending`. */
export async function admitAll(rig: Rig): Promise<Admitted[]> {
  await rig.context.paths.refresh(rig.clock.now(), true);
  return admitTasks(rig.context, 100);
}

export async function admitOne(rig: Rig, taskId: string): Promise<Admitted> {
  const admitted = (await admitAll(rig)).find((each) => each.taskId === taskId);
  if (!admitted) throw new Error(`${taskId} was not admitted`);
  return admitted;
}

export async function acceptUpstream(rig: Rig, attemptId: string): Promise<void> {
  const nowMs = rig.clock.now();
  const line = note(nowMs, 'attempt.accepted', `${PATH} accepted it`, {
    path: PATH,
    upstream_id: `up_${attemptId}`,
  });
  const upstreamId = `up_${attemptId}`;
  const handle = { v: 1, generation: 'new', taskId: upstreamId, watermark: false };
  await rig.context.store.submit.recordAccepted(
    [{ attemptId, upstreamId, handle, askAtMs: nowMs + 1_000, note: line }],
    nowMs,
  );
}

export async function loseAnswer(rig: Rig, { attemptId, lease }: Admitted): Promise<void> {
  const nowMs = rig.clock.now();
  const line = note(nowMs, 'attempt.unknown', 'the connection broke after sending');
  const reason = 'reset while reading https://upstream.test/v1?token=abc';
  await rig.context.store.submit.recordUnknown(
    [{ attemptId, lease, askAtMs: nowMs + 5_000, reason, note: line }],
    nowMs,
  );
}

/** Rendered upstream; the clip is to be copied. */
export async function endUpstream(
  rig: Rig,
  attemptId: string,
  state: 'succeeded' | 'failed' = 'succeeded',
): Promise<void> {
  const nowMs = rig.clock.now();
  const { context } = rig;
  const id = (prefix: string) => `${prefix}_${Buffer.from(context.random.bytes(16)).toString('hex')}`;
  const failed = state === 'failed';
  await context.store.track.recordEnded(
    [
      {
        attemptId,
        state,
        word: state,
        reason: failed ? 'risk control' : null,
        note: note(nowMs, 'observation.ended', `${PATH} says ${state}`, {
          url: 'https://cdn.klingai.com/clip.mp4?sign=topsecret',
        }),
        cost: { unit: 'unit', unitMicros: 3_000_000n, micros: 420_000n },
        costId: id('ltx'),
        costAccounts: [`expenses:upstream:${PATH}`, `assets:upstream:${PATH}`],
        suspenseAccounts: [`expenses:suspense:${PATH}`, `assets:upstream:${PATH}`],
        asset: failed
          ? null
          : {
              id: id('asset'),
              sourceUrl: 'https://cdn.klingai.com/clip.mp4?sign=topsecret',
              sourceExpiresAtMs: null,
            },
        outcome: failed ? 'failed' : null,
        code: failed ? 'moderated' : null,
        message: failed ? 'The prompt was refused.' : null,
        upstreamCode: failed ? '1301' : null,
        eventId: id('evt'),
        rerun: false,
        endedAtMs: nowMs,
        upstreamEndedAtMs: null,
      },
    ],
    nowMs,
    'USD',
  );
}

export const CLIP = new TextEncoder().encode(`video:5.04:1280x720${'.'.repeat(1_000)}`);

/** Stores every clip that is to be copied; answers their ids. */
export async function storeClips(rig: Rig, deleteAtMs: number | null = null): Promise<string[]> {
  const nowMs = rig.clock.now();
  const { context } = rig;
  const claim = { nowMs, most: 100, lease: 'lease_test', untilMs: nowMs + 60_000 };
  const copies = await context.store.mirror.claimCopies(claim);
  for (const copy of copies) {
    const kept = await storeBytes(context, 'assets', 'mp4', 'video/mp4', CLIP);
    const facts = { width: 1280, height: 720, durationSeconds: 5.04, videoCodec: 'avc', audioCodec: null };
    const row = {
      id: copy.id,
      lease: 'lease_test',
      contentType: 'video/mp4',
      flags: ['no_audio'],
      poster: null,
    };
    await context.store.mirror.recordStored({ ...row, ...kept, ...facts, deleteAtMs }, nowMs);
  }
  return copies.map((copy) => copy.id);
}

/** From order to stored and charged; answers the ids. */
export async function liveWhole(rig: Rig, key: string): Promise<{ taskId: string; assetId: string }> {
  const taskId = await orderOne(rig, key);
  return { taskId, assetId: await liveOn(rig, taskId) };
}

/** What was ordered, to its end; answers the id of its clip. */
export async function liveOn(rig: Rig, taskId: string): Promise<string> {
  rig.clock.advance(1_000);
  const { attemptId } = await admitOne(rig, taskId);
  rig.clock.advance(1_000);
  await acceptUpstream(rig, attemptId);
  rig.clock.advance(60_000);
  await endUpstream(rig, attemptId);
  rig.clock.advance(1_000);
  const [assetId = ''] = await storeClips(rig);
  rig.clock.advance(1_000);
  await settleOne(rig, taskId);
  return assetId;
}

/**
 * A row that somebody has at this moment is left to the next round, and the note that the answer to its create was
 * delivered is such a moment: so there are rounds until it has ended.
 */
async function settleOne(rig: Rig, taskId: string): Promise<void> {
  for (;;) {
    await settleTasks(rig.context, 10);
    const row = await rig.context.store.reads.task(taskId, null);
    if (row?.finished_at) return;
  }
}
