/**
 * The backup file: one gzip stream of frames, each one letter, a length of four bytes (big-endian) and a
 * payload.
 *
 *   H  header (JSON), first: which schema, which tables, which partitions
 *   T  a table begins (JSON)      D  its rows as COPY text, any number of frames
 *   E  the table ends (JSON): rows, bytes, sha256 of the COPY text
 *   Z  the end (JSON), last: a file without it was cut off
 */
import { z } from 'zod';

export const FORMAT = 'sluice-backup';
export const FORMAT_VERSION = 1;

const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;

export type FrameKind = 'H' | 'T' | 'D' | 'E' | 'Z';
export type Frame = { kind: FrameKind; payload: Buffer };

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const tableShape = z.object({ name: z.string(), columns: z.array(z.string()) });
export const partitionShape = z.object({
  name: z.string(),
  parent: z.string(),
  /** As the catalog writes it: `FOR VALUES FROM (...) TO (...)` or `DEFAULT`. */
  bound: z.string().regex(/^(DEFAULT|FOR VALUES [^;]+)$/),
  /** The key of a partition that is itself partitioned. */
  key: z
    .string()
    .regex(/^[^;]+$/)
    .nullable(),
});
export const migrationShape = z.object({ number: count, name: z.string(), sha256 });

export const headerShape = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  createdAt: z.string(),
  postgresql: z.string(),
  migrations: z.array(migrationShape).min(1),
  tables: z.array(tableShape),
  partitions: z.array(partitionShape),
});
export const tableStartShape = z.object({ name: z.string() });
export const tableEndShape = z.object({ rows: count, bytes: count, sha256 });
export const endShape = z.object({
  tables: count,
  rows: count,
  /** Text, as sequences are 64-bit; null when the sequence was never used. */
  sequences: z.array(
    z.object({
      name: z.string(),
      lastValue: z
        .string()
        .regex(/^-?\d+$/)
        .nullable(),
    }),
  ),
});

export type Table = z.infer<typeof tableShape>;
export type Partition = z.infer<typeof partitionShape>;
export type Header = z.infer<typeof headerShape>;
export type TableEnd = z.infer<typeof tableEndShape>;
export type End = z.infer<typeof endShape>;

/** Thrown: the file or the target is not fit for what was asked; nothing was changed. */
export class TransferError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'TransferError';
  }
}

export type Progress = {
  table: string;
  /** Of this table, so far. */
  bytes: number;
  tablesDone: number;
  tables: number;
};

export function frame(kind: FrameKind, payload: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(kind, 0, 'latin1');
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}

export function jsonFrame(kind: FrameKind, value: Header | Table | TableEnd | End): Buffer {
  return frame(kind, Buffer.from(JSON.stringify(value)));
}

/** Cuts a stream of bytes into frames. */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let offset = 0;
    while (pending.length - offset >= PREFIX_BYTES) {
      const kind = frameKind(pending.toString('latin1', offset, offset + 1));
      const length = pending.readUInt32BE(offset + 1);
      if (length > MAX_FRAME_BYTES) throw damaged('a frame is too long');
      const end = offset + PREFIX_BYTES + length;
      if (pending.length < end) break;
      yield { kind, payload: pending.subarray(offset + PREFIX_BYTES, end) };
      offset = end;
    }
    pending = pending.subarray(offset);
  }
  if (pending.length > 0) throw damaged('it ends in the middle of a frame');
}

function frameKind(letter: string): FrameKind {
  switch (letter) {
    case 'H':
    case 'T':
    case 'D':
    case 'E':
    case 'Z':
      return letter;
    default:
      throw damaged('an unknown frame');
  }
}

/** Parses the payload of a frame that must be of this kind. */
export function parseFrame<T>(found: Frame | undefined, kind: FrameKind, shape: z.ZodType<T>): T {
  if (found?.kind !== kind) {
    throw damaged(found ? `"${kind}" expected, "${found.kind}" found` : 'it ends too early');
  }
  let value: unknown;
  try {
    value = JSON.parse(found.payload.toString('utf8'));
  } catch {
    throw damaged(`frame "${kind}" is no JSON`);
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw damaged(`frame "${kind}": ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function damaged(detail: string, options?: ErrorOptions): TransferError {
  return new TransferError(`This is no backup of Sluice, or it is damaged: ${detail}.`, options);
}
