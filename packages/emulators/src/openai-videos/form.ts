/** A create as it arrives: JSON, or a form whose parts are texts and files. Brackets in names make objects. */
import { isObject, type JsonObject, readJson } from '../json.ts';

export type CreateFields = { fields: JsonObject; files: Map<string, Uint8Array> };

/** Null when it is neither. */
export function readCreate(contentType: string, body: Uint8Array): CreateFields | null {
  if (/^application\/json\b/i.test(contentType)) {
    const value = readJson(new TextDecoder().decode(body));
    return isObject(value) ? { fields: value, files: new Map() } : null;
  }
  const boundary = /^multipart\/form-data\b.*?boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  return boundary === undefined ? null : readForm(Buffer.from(body), boundary);
}

function readForm(body: Buffer, boundary: string): CreateFields {
  const read: CreateFields = { fields: {}, files: new Map() };
  const mark = Buffer.from(`--${boundary}`);
  let from = body.indexOf(mark);
  while (from >= 0) {
    const next = body.indexOf(mark, from + mark.length);
    if (next < 0) break;
    // Between two marks: a line break, the headers, an empty line, the value, a line break.
    const part = body.subarray(from + mark.length + 2, next - 2);
    const end = part.indexOf('\r\n\r\n');
    if (end >= 0) take(read, part.subarray(0, end).toString('utf8'), part.subarray(end + 4));
    from = next;
  }
  return read;
}

function take(read: CreateFields, headers: string, value: Buffer): void {
  const name = /\bname="([^"]*)"/i.exec(headers)?.[1];
  if (name === undefined) return;
  if (/\bfilename="/i.test(headers)) read.files.set(name, new Uint8Array(value));
  else put(read.fields, name.split(/[[\]]+/).filter(Boolean), value.toString('utf8'));
}

function put(into: JsonObject, path: readonly string[], value: string): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const known = into[first];
  const inner: JsonObject = isObject(known) ? known : {};
  into[first] = inner;
  put(inner, rest, value);
}
