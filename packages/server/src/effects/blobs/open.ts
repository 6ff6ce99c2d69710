/** The store that the settings ask for. */
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Blobs } from './blobs.ts';
import { createDiskBlobs } from './disk.ts';

export type S3Settings = {
  endpoint: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: boolean;
  prefix: string;
};

export async function openBlobs(dataDir: string, s3: S3Settings | null, clock: Clock): Promise<Blobs> {
  if (s3 === null) return createDiskBlobs({ root: join(dataDir, 'blobs') });
  // A quarter of a second and 40 MB that an installation with a folder need not spend.
  const { createS3Blobs } = await import('./s3.ts');
  const { endpoint, ...rest } = s3;
  const place = endpoint === undefined ? {} : { endpoint };
  return createS3Blobs({ ...rest, ...place, clock, spoolDir: join(dataDir, 'spool') });
}
