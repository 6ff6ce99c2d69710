/** `sluice.assets`: download and delete stored clips. A download that breaks off goes on where it stopped. */
import { SluiceError } from './problem.ts';
import { routes } from './routes.ts';
import type { Call, CallOptions, Transport } from './transport.ts';
import type { Deleted } from './types.ts';

export type DownloadOptions = CallOptions & {
  /** First byte wanted, to go on with a file that was saved in part. */
  from?: number | undefined;
};

export type Download = {
  stream: ReadableStream<Uint8Array>;
  contentType: string;
  /** Bytes that this stream carries; null when the gateway does not say. */
  bytes: number | null;
  etag: string | null;
};

/** In a row without a byte in between. */
const MAX_RESUMES = 5;

export type Assets = ReturnType<typeof assetsGroup>;

export function assetsGroup(transport: Transport) {
  return {
    /** By asset id, or by the signed link that a task carries. */
    download: (idOrUrl: string, options: DownloadOptions = {}): Promise<Download> =>
      download(transport, idOrUrl, options),
    delete: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.deleteAsset, id }, options),
  };
}

async function download(transport: Transport, idOrUrl: string, options: DownloadOptions): Promise<Download> {
  const { from = 0, ...callOptions } = options;
  const call = callFor(transport, idOrUrl);
  const first = await openAt(transport, call, from, null, callOptions);
  if (from > 0 && first.status !== 206) {
    await first.body?.cancel();
    throw brokenDownload('The gateway did not honour the range.', null);
  }
  const etag = first.headers.get('etag');
  const bytes = lengthOf(first);
  const reopen = (received: number) => openAt(transport, call, from + received, etag, callOptions);
  return {
    stream: resumingStream(first, bytes, reopen, transport, callOptions.signal),
    contentType: first.headers.get('content-type') ?? 'application/octet-stream',
    bytes,
    etag,
  };
}

/** Our key goes to our own gateway only; a signed link elsewhere carries its own right. */
function callFor(transport: Transport, idOrUrl: string): Call {
  const accept = '*/*';
  const isAddress = idOrUrl.startsWith('/') || /^https?:\/\//i.test(idOrUrl);
  if (!isAddress) return { route: routes.getAsset, id: idOrUrl, accept };
  // A gateway that does not know its own public address gives links without one.
  const url = new URL(idOrUrl, transport.baseUrl);
  const withKey = url.origin === new URL(transport.baseUrl).origin;
  return { route: routes.getAsset, accept, address: { url: url.href, withKey } };
}

function openAt(
  transport: Transport,
  call: Call,
  offset: number,
  etag: string | null,
  options: CallOptions,
): Promise<Response> {
  const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
  // With If-Range, a file that changed meanwhile comes whole (200) instead of as a part of another file.
  if (offset > 0 && etag) range['if-range'] = etag;
  return transport.open({ ...call, headers: range }, options);
}

function lengthOf(response: Response): number | null {
  const length = response.headers.get('content-length');
  // Browsers and Node undo a content encoding: then the length says nothing about the bytes we get.
  if (length === null || response.headers.get('content-encoding') !== null) return null;
  return Number(length);
}

function resumingStream(
  first: Response,
  bytes: number | null,
  reopen: (received: number) => Promise<Response>,
  transport: Transport,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const etag = first.headers.get('etag');
  // Without a strong tag or a length we could not tell whether the rest belongs to what we have.
  const canResume = bytes !== null && etag !== null && !etag.startsWith('W/');
  let reader = first.body?.getReader();
  let received = 0;
  let resumes = 0;

  async function next(): Promise<Uint8Array | null> {
    for (;;) {
      try {
        const chunk = await reader?.read();
        if (chunk && !chunk.done) {
          received += chunk.value.byteLength;
          resumes = 0;
          return chunk.value;
        }
        if (bytes === null || received === bytes) return null;
        throw new Error(`ended after ${received} of ${bytes} bytes`);
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        resumes += 1;
        if (!canResume || resumes > MAX_RESUMES) throw brokenDownload('The download broke off.', cause);
      }
      await transport.clock.sleep(250 * 2 ** resumes, signal);
      const rest = await reopen(received);
      if (rest.status !== 206) throw brokenDownload('The file changed during the download.', null);
      reader = rest.body?.getReader();
    }
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await next();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
    async cancel(reason) {
      await reader?.cancel(reason);
    },
  });
}

function brokenDownload(message: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'connection_lost',
    message,
    fix: 'Download it again.',
    status: null,
    requestId: null,
    retryable: true,
    ...(cause === null ? {} : { cause }),
  });
}
