/**
 * Assets in any S3-compatible store. Copies are spooled on local disk first, because a cut download goes on
 * where it stopped and the store cannot append. An upload becomes visible as a whole or not at all; a failed
 * one takes its parts back.
 */
import { createReadStream } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Clock } from '../clock/clock.ts';
import type { BlobAbilities, Blobs, Incoming } from './blobs.ts';
import { checkKey } from './key.ts';
import { presignGet } from './presign.ts';
import { createSpool, type Spooled } from './spool.ts';

export type S3Options = {
  clock: Clock;
  /** Absent for AWS itself. */
  endpoint?: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Bucket in the path instead of in the host name; most self-hosted stores want it. */
  forcePathStyle: boolean;
  /** Put before every key, such as `sluice/`. */
  prefix?: string;
  spoolDir: string;
};

export type S3Blobs = Blobs & {
  close(): void;
};

const PART_BYTES = 8 * 1_048_576;
const PARTS_AT_ONCE = 2;
const CONNECT_MS = 5_000;
const SILENCE_MS = 120_000;

export function createS3Blobs(options: S3Options): S3Blobs {
  const client = connect(options);
  const bucket = openBucket(client, options.bucket, options.prefix ?? '');
  const spool = createSpool(options.spoolDir, { syncAhead: false });
  const handles = new WeakMap<Incoming, Spooled>();
  // Filled by the probe; until then we do not count on it.
  let conditionalPut = false;

  async function publish(incoming: Incoming, key: string, { contentType }: { contentType: string }) {
    const spooled = handles.get(incoming);
    if (!spooled) throw new Error(`Copy ${incoming.copyId} was not received by this store`);
    const stored = await bucket.size(key);
    if (stored === null || stored !== spooled.bytes()) {
      if (spooled.bytes() === 0) throw new Error(`Copy ${incoming.copyId} has no bytes to publish as ${key}`);
      await bucket.upload(spooled, key, contentType, conditionalPut).catch((error: unknown) => {
        // Somebody else published the same content between our question and our upload.
        if (!hasStatus(error, 412)) throw error;
      });
    }
    await spooled.discard();
  }

  return {
    kind: 's3',
    description: describe(options),
    probe: async () => {
      await mkdir(options.spoolDir, { recursive: true });
      const key = `${options.prefix ?? ''}probe-${options.clock.now()}`;
      const abilities = await probe(client, options.bucket, key);
      conditionalPut = abilities.conditionalPut;
      return abilities;
    },
    // The store does not say; what can run full is our spool.
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(options.spoolDir);
      return bavail * bsize;
    },
    receive: async (copyId) => {
      const spooled = await spool.open(copyId);
      handles.set(spooled, spooled);
      return spooled;
    },
    publish,
    size: bucket.size,
    read: bucket.read,
    remove: bucket.remove,
    presign: async (key, wishes) => presign(options, bucket.at(key).Key, wishes),
    dropLeftovers: async (untouchedSinceMs) => {
      const spools = await spool.dropLeftovers(untouchedSinceMs);
      return spools + (await abortStale(client, options.bucket, options.prefix ?? '', untouchedSinceMs));
    },
    close: () => client.destroy(),
  };
}

/** Objects of one bucket under our keys. */
function openBucket(client: S3Client, bucket: string, prefix: string) {
  function at(key: string): { Bucket: string; Key: string } {
    return { Bucket: bucket, Key: `${prefix}${checkKey(key)}` };
  }
  return {
    at,
    size: async (key: string): Promise<number | null> => {
      const head = await orNull(client.send(new HeadObjectCommand(at(key))));
      return head === null ? null : (head.ContentLength ?? null);
    },
    read: async (key: string, range?: { start: number; end: number }) => {
      const Range = range ? { Range: `bytes=${range.start}-${range.end}` } : {};
      const got = await orNull(client.send(new GetObjectCommand({ ...at(key), ...Range })));
      if (got === null) return null;
      if (!(got.Body instanceof Readable)) throw new Error(`The store sent no body for ${key}`);
      if (!range) return got.Body;
      // Some stores answer a range with more than was asked, or with everything.
      const startsAt = Number(/^bytes (\d+)-/.exec(got.ContentRange ?? '')?.[1] ?? 0);
      return cut(got.Body, range.start - startsAt, range.end + 1 - startsAt);
    },
    remove: async (key: string): Promise<void> => {
      await client.send(new DeleteObjectCommand(at(key)));
    },
    upload: async (
      spooled: Spooled,
      key: string,
      contentType: string,
      conditional: boolean,
    ): Promise<void> => {
      const upload = new Upload({
        client,
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        leavePartsOnError: false,
        params: {
          ...at(key),
          Body: createReadStream(spooled.path, { highWaterMark: PART_BYTES }),
          ContentType: contentType,
          Metadata: { sha256: await spooled.sha256() },
          ...(conditional ? { IfNoneMatch: '*' } : {}),
        },
      });
      await upload.done();
    },
  };
}

function describe({ bucket, prefix, endpoint }: S3Options): string {
  return `s3 bucket ${bucket}${prefix ? ` under ${prefix}` : ''} at ${endpoint ?? 'AWS'}`;
}

function presign(
  options: S3Options,
  key: string,
  { expiresInSeconds, downloadName }: { expiresInSeconds: number; downloadName?: string },
): string {
  const name = downloadName === undefined ? undefined : contentDisposition(downloadName);
  return presignGet({
    ...storeAddress(options, key),
    region: options.region,
    accessKeyId: options.accessKeyId,
    secretAccessKey: options.secretAccessKey,
    nowMs: options.clock.now(),
    expiresInSeconds,
    ...(name === undefined ? {} : { query: { 'response-content-disposition': name } }),
  });
}

function connect(options: S3Options): S3Client {
  return new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    // Without these a store that falls silent holds a copy for ever.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // The newer default adds trailers that many compatible stores refuse. The payload's SHA-256 is part of
    // each request's signature anyway, so the store checks what it received.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

async function probe(client: S3Client, bucket: string, key: string): Promise<BlobAbilities> {
  const at = { Bucket: bucket, Key: key };
  const text = 'written, read back and removed at start';
  try {
    await client.send(new PutObjectCommand({ ...at, Body: text }));
    const back = await client.send(new GetObjectCommand(at));
    if ((await back.Body?.transformToString()) !== text) throw new Error('it gave back other bytes');
    const part = await client.send(new GetObjectCommand({ ...at, Range: 'bytes=8-11' }));
    const rangeReads = (await part.Body?.transformToString()) === text.slice(8, 12);
    // A store that does not know the header ignores it, so only a refusal proves the ability.
    const conditionalPut = await client
      .send(new PutObjectCommand({ ...at, Body: 'x', IfNoneMatch: '*' }))
      .then(
        () => false,
        (error: unknown) => hasStatus(error, 412),
      );
    await client.send(new DeleteObjectCommand(at));
    return { conditionalPut, rangeReads, presign: true };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`The bucket ${bucket} cannot be used: ${reason}`);
  }
}

/** Parts of uploads that a killed process left behind cost money and are listed nowhere else. */
async function abortStale(client: S3Client, bucket: string, prefix: string, startedBeforeMs: number) {
  let aborted = 0;
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (marker !== null) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (!Key || !UploadId || !Initiated || Initiated.getTime() >= startedBeforeMs) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      aborted += 1;
    }
    const { NextKeyMarker, NextUploadIdMarker } = page;
    marker =
      page.IsTruncated && NextKeyMarker !== undefined && NextUploadIdMarker !== undefined
        ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker }
        : null;
  }
  return aborted;
}

function storeAddress(options: S3Options, key: string): { origin: string; path: string } {
  const base = new URL(options.endpoint ?? `https://s3.${options.region}.amazonaws.com`);
  if (options.forcePathStyle) return { origin: base.origin, path: `/${options.bucket}/${key}` };
  return { origin: `${base.protocol}//${options.bucket}.${base.host}`, path: `/${key}` };
}

/** RFC 6266: a plain name for old clients, the true one for the others. */
function contentDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

/** The bytes from `start` to `end` (exclusive) of a body; the rest is not read. */
async function* cut(body: AsyncIterable<Uint8Array>, start: number, end: number) {
  let at = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at >= end) return;
  }
}

async function orNull<T>(sent: Promise<T>): Promise<T | null> {
  try {
    return await sent;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
