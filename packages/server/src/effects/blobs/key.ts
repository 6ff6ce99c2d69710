/** Names in the store. Made by us, never by a client; checked all the same, because a slip would be a file. */

const LONGEST_KEY = 512;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const COPY_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** The disk store's own folder beside the objects. */
export const SPOOL_FOLDER = 'spool';

/** Throws on anything that could leave the store's folder or meet its spool: that is a bug, not an input. */
export function checkKey(key: string): string {
  const segments = key.split('/');
  const fine = key.length <= LONGEST_KEY && segments.every((segment) => SEGMENT.test(segment));
  if (!fine || segments[0] === SPOOL_FOLDER) throw new Error(`Not an object key: ${JSON.stringify(key)}`);
  return key;
}

export function checkCopyId(copyId: string): string {
  if (!COPY_ID.test(copyId)) throw new Error(`Not a copy id: ${JSON.stringify(copyId)}`);
  return copyId;
}
