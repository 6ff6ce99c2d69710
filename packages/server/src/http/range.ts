/** HTTP ranges and validators over a stored object (RFC 9110 13 and 14): one range, strong tags. */

export type Range =
  /** The whole object. */
  | { kind: 'whole' }
  /** Both ends included. */
  | { kind: 'part'; start: number; end: number }
  | { kind: 'unsatisfiable' };

/** Anything but one well-formed range of bytes is ignored, as the standard wants it. */
export function rangeOf(header: string | undefined, size: number): Range {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '' && to === '') return { kind: 'whole' };
  if (from === '') return suffixOf(Number(to), size);
  const start = Number(from);
  if (to !== '' && Number(to) < start) return { kind: 'whole' };
  if (start >= size) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: Math.min(to === '' ? size - 1 : Number(to), size - 1) };
}

function suffixOf(length: number, size: number): Range {
  if (length === 0 || size === 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', start: Math.max(0, size - length), end: size - 1 };
}

/** Whether If-None-Match names this tag; weak tags compare by their value here. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}

/** If-Range with anything but our strong tag (another tag, a date) asks for the whole object. */
export function rangeStands(ifRange: string | undefined, tag: string): boolean {
  return ifRange === undefined || ifRange.trim() === tag;
}
