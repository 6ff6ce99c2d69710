/**
 * Turns the bytes on the wire into the bytes of the body, under two caps: how many come out, and how many
 * come out per byte that went in. A 200 kB gzip body can hold 200 MB of zeros, so what counts is never the
 * announced length but what the decoder produces.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { OutboundStreamError } from './outbound.ts';

export type Coding = 'identity' | 'gzip' | 'deflate' | 'br';

const MOST_EXPANSION = 100;
/** Small bodies may expand more: a few repeated lines of JSON are no bomb. */
const EXPANSION_FREE_BYTES = 1_048_576;

/** Null for codings that we do not decode; a chain of codings is one of them. */
export function readCoding(header: string | undefined): Coding | null {
  switch ((header ?? '').trim().toLowerCase()) {
    case '':
    case 'identity':
      return 'identity';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    case 'br':
      return 'br';
    default:
      return null;
  }
}

export async function* decodeBody(
  raw: AsyncIterable<Uint8Array>,
  coding: Coding,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const wire = { bytes: 0 };
  const counted = countBytes(raw, wire);
  let decodedBytes = 0;
  for await (const chunk of coding === 'identity' ? counted : expand(counted, coding)) {
    decodedBytes += chunk.length;
    if (decodedBytes > maxBytes) {
      throw new OutboundStreamError('too_large', `the body is larger than ${maxBytes} bytes`);
    }
    if (decodedBytes > Math.max(EXPANSION_FREE_BYTES, wire.bytes * MOST_EXPANSION)) {
      throw new OutboundStreamError('too_large', `the body expands more than ${MOST_EXPANSION} times`);
    }
    yield chunk;
  }
}

async function* countBytes(
  raw: AsyncIterable<Uint8Array>,
  wire: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of raw) {
    wire.bytes += chunk.length;
    yield chunk;
  }
}

async function* expand(
  encoded: AsyncGenerator<Uint8Array>,
  coding: Exclude<Coding, 'identity'>,
): AsyncGenerator<Uint8Array> {
  const first = await encoded.next();
  // A body without a byte (a HEAD answer, a 304) is empty, not a broken archive.
  if (first.done) return;
  const decoder = createDecoder(coding, first.value);
  const source = Readable.from(chain(first.value, encoded), { objectMode: false });
  // The outcome reaches the loop below through the decoder.
  pipeline(source, decoder, () => undefined);
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (error) {
    if (error instanceof OutboundStreamError) throw error;
    throw new OutboundStreamError('bad_encoding', `the ${coding} body cannot be decoded`);
  }
}

async function* chain(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

function createDecoder(coding: Exclude<Coding, 'identity'>, first: Uint8Array): Transform {
  switch (coding) {
    case 'gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      // Half of the servers send zlib as the standard says, half send a bare deflate stream.
      return ((first[0] ?? 0) & 0x0f) === 0x08 ? createInflate() : createInflateRaw();
  }
}
