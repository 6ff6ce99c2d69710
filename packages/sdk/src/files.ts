/** `sluice.files`: upload pictures and videos as inputs. Bytes are sent raw, as a stream where they are one. */
import { routes } from './routes.ts';
import type { CallOptions, Content, Transport } from './transport.ts';
import type { Deleted, FileObject } from './types.ts';

/** A function that opens a stream makes it repeatable: it is called again for each attempt. */
export type UploadContent =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | (() => ReadableStream<Uint8Array>);

export type UploadOptions = CallOptions & {
  /** `image/jpeg`, `image/png`, `video/mp4` or `video/quicktime`. Found out when left out. */
  contentType?: string | undefined;
};

/** Uploads take as long as the line needs, but not for ever. */
const UPLOAD_TIMEOUT_MS = 30 * 60_000;
const SNIFFED_BYTES = 16;

export type Files = ReturnType<typeof filesGroup>;

export function filesGroup(transport: Transport) {
  return {
    /** The answer's `reference` (`file:<id>`) is what an order takes as an input address. */
    upload: (content: UploadContent, options: UploadOptions = {}): Promise<FileObject> =>
      upload(transport, content, options),
    get: (id: string, options?: CallOptions): Promise<FileObject> =>
      transport.json({ route: routes.getFile, id }, options),
    delete: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.deleteFile, id }, options),
  };
}

async function upload(
  transport: Transport,
  content: UploadContent,
  options: UploadOptions,
): Promise<FileObject> {
  const { contentType, ...callOptions } = options;
  const type = contentType ?? (await typeOf(content));
  if (!type) {
    throw new TypeError('The content type cannot be told from the content; pass contentType.');
  }
  const spentByOneAttempt = content instanceof ReadableStream;
  return transport.json(
    { route: routes.uploadFile, content: { type, open: () => bodyFor(content) } },
    {
      timeoutMs: UPLOAD_TIMEOUT_MS,
      ...callOptions,
      ...(spentByOneAttempt ? { maxRetries: 0 } : {}),
    },
  );
}

function bodyFor(content: UploadContent): Content {
  if (typeof content === 'function') return content();
  // A view may lie on memory that threads have in common, which browsers do not send: then a copy goes.
  return content instanceof Uint8Array ? new Uint8Array(content) : content;
}

async function typeOf(content: UploadContent): Promise<string | null> {
  if (content instanceof Blob) {
    if (content.type) return content.type;
    return sniffContentType(new Uint8Array(await content.slice(0, SNIFFED_BYTES).arrayBuffer()));
  }
  if (content instanceof ArrayBuffer)
    return sniffContentType(new Uint8Array(content).subarray(0, SNIFFED_BYTES));
  if (content instanceof Uint8Array) return sniffContentType(content);
  return null;
}

/** The type of a file by its first 16 bytes, or null when it is none that the gateway takes. */
export function sniffContentType(head: Uint8Array): string | null {
  const at = (start: number, ...bytes: number[]): boolean =>
    bytes.every((byte, index) => head[start + index] === byte);
  if (at(0, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (at(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  // ISO base media: a box named `ftyp`, then the brand. QuickTime's is `qt  `, every other one plays as MP4.
  if (!at(4, 0x66, 0x74, 0x79, 0x70)) return null;
  return at(8, 0x71, 0x74, 0x20, 0x20) ? 'video/quicktime' : 'video/mp4';
}
