/** A store without room is the one failure that changes what the gateway does: it stops admitting work. */

const FULL_CODES: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  // S3-compatible stores.
  'QuotaExceeded',
  'XMinioStorageFull',
  'InsufficientStorage',
]);

export function isStoreFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (FULL_CODES.has(error.name)) return true;
  return 'code' in error && typeof error.code === 'string' && FULL_CODES.has(error.code);
}
