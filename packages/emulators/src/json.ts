/**
 * JSON that keeps long whole numbers. The vendor sends some ids as 64-bit integers, which `JSON.parse`
 * would round; here they are read as bigint and written back digit by digit.
 */
export type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

const longNumber = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const longMark = '\u0000long:';

/** Undefined when the text is no JSON. */
export function readJson(source: string): Json | undefined {
  const marked = source.replace(longNumber, (found) =>
    found.startsWith('"') ? found : `"\\u0000long:${found}"`,
  );
  try {
    const value: Json = JSON.parse(marked, (_name, inner: unknown) =>
      typeof inner === 'string' && inner.startsWith(longMark) ? BigInt(inner.slice(longMark.length)) : inner,
    );
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Members that are undefined are left out, as in `JSON.stringify`. */
export function writeJson(value: Json | undefined): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members: string[] = [];
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== undefined) members.push(`${JSON.stringify(name)}:${writeJson(inner)}`);
    }
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
