/** A copy on its way: what is kept of a cut download, whose the spool is, and what happens beside what. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Blobs } from '../effects/blobs/blobs.ts';
import { createMemoryBlobs } from '../effects/blobs/memory.ts';
import type { CodedPicture } from '../effects/media/media.ts';
import {
  type OutboundRequest,
  type OutboundStream,
  OutboundStreamError,
} from '../effects/outbound/outbound.ts';
import { acceptUpstream, addPath, admitOne, CLIP, endUpstream, orderOne } from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import type { CopyRow } from '../store/mirror.ts';
import { claimCopies, copyAsset } from './5-mirror.ts';
import type { Context } from './context.ts';

const rig = useRig();
const HALF = CLIP.subarray(0, 500);
const REST = CLIP.subarray(500);
const PICTURE: CodedPicture = { config: new Uint8Array(1), sample: new Uint8Array(2), rotation: 0 };
const POSTER = Buffer.from('image:640x360');

let key = '';
let blobs = createMemoryBlobs();
let asked: OutboundRequest[] = [];

beforeAll(async () => {
  await addPath(rig());
  ({ key } = await rig().account());
});

beforeEach(() => {
  blobs = createMemoryBlobs();
  asked = [];
});

/** A task whose clip is to be copied; what comes down the line is `body`. */
async function copying(
  body: () => AsyncGenerator<Uint8Array>,
  more: Partial<Context> = {},
): Promise<{ context: Context; lease: string; copy: CopyRow }> {
  const taskId = await orderOne(rig(), key);
  const { attemptId } = await admitOne(rig(), taskId);
  await acceptUpstream(rig(), attemptId);
  await endUpstream(rig(), attemptId);
  const stream = async (request: OutboundRequest): Promise<OutboundStream> => {
    asked.push(request);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    return {
      kind: 'streaming',
      status: from > 0 ? 206 : 200,
      headers: {
        'content-length': String(CLIP.length - from),
        'content-range': `bytes ${from}-${CLIP.length - 1}/${CLIP.length}`,
      },
      finalUrl: request.url,
      body: body(),
      cancel: () => {},
    };
  };
  const context: Context = {
    ...rig().context,
    blobs,
    outbound: { ...rig().context.outbound, stream },
    ...more,
  };
  return { context, ...(await claimed(context, taskId)) };
}

async function claimed(context: Context, taskId: string): Promise<{ lease: string; copy: CopyRow }> {
  const { lease, copies } = await claimCopies(context, 10);
  const copy = copies.find((each) => each.task_id === taskId);
  if (!copy) throw new Error('the copy is not due');
  return { lease, copy };
}

async function assetsOf(taskId: string): Promise<unknown[]> {
  const { body } = await rig().ask('GET', `/v1/tasks/${taskId}`, { key });
  return body.assets;
}

async function* whole() {
  yield HALF;
  yield REST;
}

test('the poster is drawn and stored while the clip is published', async () => {
  let tell = () => {};
  const published = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const told: Blobs = {
    ...blobs,
    publish: async (incoming, name, options) => {
      await blobs.publish(incoming, name, options);
      if (name.startsWith('assets/')) tell();
    },
  };
  const media = {
    ...rig().context.media,
    firstPicture: async () => PICTURE,
    // Drawn before the clip is published, it would wait for ever.
    poster: async (picture: CodedPicture) => {
      expect(picture).toBe(PICTURE);
      await published;
      return POSTER;
    },
  };
  const { context, lease, copy } = await copying(whole, { blobs: told, media });
  await copyAsset(context, lease, copy);
  expect(await assetsOf(copy.task_id)).toMatchObject([{ kind: 'video' }, { kind: 'poster', width: 640 }]);
});

test.each([
  ['cannot be read', { firstPicture: () => Promise.reject(new Error('EIO')) }],
  ['cannot be drawn', { firstPicture: async () => PICTURE, poster: () => Promise.reject(new Error('no')) }],
  ['is none', { firstPicture: async () => PICTURE, poster: async () => null }],
])('a clip whose first picture %s is stored without a poster', async (_what, media) => {
  const { context, lease, copy } = await copying(whole, {
    media: { ...rig().context.media, ...media },
  });
  await copyAsset(context, lease, copy);
  expect(await assetsOf(copy.task_id)).toMatchObject([{ kind: 'video' }]);
});

test('a cut download keeps what came, to the last byte, and goes on from there', async () => {
  let turns = 0;
  const { context, lease, copy } = await copying(async function* () {
    turns += 1;
    if (turns > 1) {
      yield REST;
      return;
    }
    for (let at = 0; at < HALF.length; at += 100) yield HALF.subarray(at, at + 100);
    throw new OutboundStreamError('reset', 'the connection broke');
  });
  await copyAsset(context, lease, copy);
  expect([...blobs.spooled.values()].map((bytes) => bytes.length)).toEqual([HALF.length]);
  rig().clock.advance(60_000);
  const again = await claimed(context, copy.task_id);
  await copyAsset(context, again.lease, again.copy);
  expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${HALF.length}-`]);
  expect([...blobs.objects.values()].map((bytes) => Buffer.from(bytes).equals(CLIP))).toEqual([true]);
});

test('a process that slept while another one took the copy writes nothing more into its spool', async () => {
  const { leaseMs } = rig().context.settings;
  const { context, lease, copy } = await copying(async function* () {
    yield HALF;
    const text = `UPDATE assets SET lease = 'lease_of_another' WHERE id = $1`;
    await rig().database.query({ name: 'test.take_over', text }, [copy.id]);
    rig().clock.advance(leaseMs);
    yield REST;
  });
  await copyAsset(context, lease, copy);
  expect([...blobs.spooled.values()].map((bytes) => bytes.length)).toEqual([0]);
  expect(blobs.objects.size).toBe(0);
});
