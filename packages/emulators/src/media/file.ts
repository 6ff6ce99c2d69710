/** A file as a content network serves it: with an ETag, and in parts when parts are asked for. */
import { createHmac } from 'node:crypto';
import type { EmulatorAnswer } from '../exchange.ts';

export function fileAnswer(
  bytes: Uint8Array,
  contentType: string,
  request: { method: string; headers: Record<string, string> },
): EmulatorAnswer {
  const etag = `"${createHmac('sha256', 'etag').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers: Record<string, string> = { 'content-type': contentType, etag, 'accept-ranges': 'bytes' };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers, body: new Uint8Array(0) };
  const usesRange = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = usesRange ? readRange(request.headers.range, bytes.length) : null;
  if (range === 'unsatisfiable') {
    const length = { 'content-range': `bytes */${bytes.length}`, 'content-length': '0' };
    return { status: 416, headers: { ...headers, ...length }, body: new Uint8Array(0) };
  }
  const body = range === null ? bytes : bytes.subarray(range.start, range.end);
  headers['content-length'] = String(body.length);
  if (range !== null) headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${bytes.length}`;
  return {
    status: range === null ? 200 : 206,
    headers,
    body: request.method === 'HEAD' ? new Uint8Array(0) : body,
  };
}

function readRange(
  header: string | undefined,
  length: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return null;
  if (from === '') {
    const last = Math.min(length, Number(to));
    return last === 0 ? 'unsatisfiable' : { start: length - last, end: length };
  }
  const start = Number(from);
  if (start >= length) return 'unsatisfiable';
  const end = to === '' ? length : Math.min(length, Number(to) + 1);
  return end <= start ? null : { start, end };
}
