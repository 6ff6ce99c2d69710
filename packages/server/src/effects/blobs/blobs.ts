/**
 * Where assets and uploaded inputs live: a folder by default, any S3-compatible store by settings.
 * Keys are content addresses made by us (`assets/ab/cd/<sha256>.mp4`), never a client's file name, so
 * writing one twice is harmless and a partial object is never visible under its key.
 */
export type Blobs = {
  kind: 'disk' | 's3' | 'memory';
  /** For logs and `doctor`: "folder /var/lib/sluice/blobs", "s3 bucket clips at …". No secrets. */
  description: string;
  /** Boot-time check: can we write, read back, overwrite-guard and delete here? Throws with a plain sentence. */
  probe(): Promise<BlobAbilities>;
  /** Free bytes for new assets, or null where the store cannot say. */
  freeBytes(): Promise<number | null>;
  /**
   * Opens (or re-opens after a crash or a cut) the local spool of one copy. Bytes already spooled are kept,
   * so a copy resumes by Range.
   */
  receive(copyId: string): Promise<Incoming>;
  /** Makes the spooled bytes durable under `key` and drops the spool. Repeating it is harmless. */
  publish(incoming: Incoming, key: string, options: { contentType: string }): Promise<void>;
  /** Size of a stored object, or null. */
  size(key: string): Promise<number | null>;
  /** Reads an object or an inclusive byte range of it; null when it is not there. */
  read(key: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array> | null>;
  /** Removes; a missing object is fine. */
  remove(key: string): Promise<void>;
  /**
   * Removes what killed processes left half-way and nobody has touched since: spools, and parts of uploads. The age
   * must be beyond what any copy takes, because another process may be at work. Answers how many.
   */
  dropLeftovers(untouchedSinceMs: number): Promise<number>;
  /** A time-limited address at the store itself (S3), or null where bytes must pass through us. */
  presign(key: string, options: { expiresInSeconds: number; downloadName?: string }): Promise<string | null>;
};

export type BlobAbilities = { conditionalPut: boolean; rangeReads: boolean; presign: boolean };

/** Bytes on their way in, in a local spool file (or memory in the simulator). */
export type Incoming = {
  copyId: string;
  /** Bytes spooled so far. */
  bytes(): number;
  append(chunk: Uint8Array): Promise<void>;
  /** Lower-case hex SHA-256 of everything spooled, without reading it all again when not resumed. */
  sha256(): Promise<string>;
  /** Random access for the container probe. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Forgets the bytes (wrong size, wrong type); the handle is empty afterwards. */
  reset(): Promise<void>;
  /** Drops the spool. */
  discard(): Promise<void>;
};
