/** The store that the settings ask for. */
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Blobs } from './blobs.ts';
import { createDiskBlobs } from './disk.ts';
import { createS3Blobs } from './s3.ts';

export type S3Settings = {
  endpoint: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: boolean;
  prefix: string;
};

export function openBlobs(dataDir: string, s3: S3Settings | null, clock: Clock): Blobs {
  if (s3 === null) return createDiskBlobs({ root: join(dataDir, 'blobs') });
  const { endpoint, ...rest } = s3;
  const place = endpoint === undefined ? {} : { endpoint };
  return createS3Blobs({ ...rest, ...place, clock, spoolDir: join(dataDir, 'spool') });
}
