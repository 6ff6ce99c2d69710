/**
 * The part of the S3 protocol that the off-the-shelf test server lacks: conditional writes, the list of
 * unfinished uploads, and parts that fail on demand. Everything in memory, no signatures checked.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export type StrictStore = {
  endpoint: string;
  objects: Map<string, Buffer>;
  /** Unfinished uploads by id, with the moment of their start. */
  uploads: Map<string, { key: string; startedMs: number; parts: Map<number, Buffer> }>;
  requests: string[];
  /** Makes the n-th part (from 1) of every upload fail. */
  failPart: number | null;
  close(): Promise<void>;
};

type Reply = { status: number; body?: string | Buffer; headers?: Record<string, string> };

export async function strictStore(): Promise<StrictStore> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://store');
    store.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const reply = answer(store, request, url, body);
    response.writeHead(reply.status, reply.headers);
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const store: StrictStore = {
    endpoint: `http://127.0.0.1:${port}`,
    objects: new Map(),
    uploads: new Map(),
    requests: [],
    failPart: null,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return store;
}

function answer(store: StrictStore, request: IncomingMessage, url: URL, body: Buffer): Reply {
  const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
  const query = url.searchParams;
  const uploadId = query.get('uploadId');
  const guarded = request.headers['if-none-match'] === '*' && store.objects.has(key);
  switch (`${request.method} ${query.has('uploads') ? 'uploads' : uploadId === null ? 'object' : 'upload'}`) {
    case 'GET uploads':
      return xml(uploadList(store));
    case 'POST uploads': {
      const id = `upload-${store.uploads.size + 1}`;
      store.uploads.set(id, { key, startedMs: Date.now(), parts: new Map() });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    case 'PUT upload':
      return putPart(store, uploadId ?? '', Number(query.get('partNumber')), body);
    case 'POST upload':
      return guarded ? refusal(412, 'PreconditionFailed') : complete(store, uploadId ?? '');
    case 'DELETE upload':
      store.uploads.delete(uploadId ?? '');
      return { status: 204 };
    case 'PUT object':
      if (guarded) return refusal(412, 'PreconditionFailed');
      store.objects.set(key, body);
      return { status: 200, headers: { etag: '"e"' } };
    case 'DELETE object':
      store.objects.delete(key);
      return { status: 204 };
    default:
      return readObject(store.objects.get(key), request.headers.range);
  }
}

function putPart(store: StrictStore, id: string, part: number, body: Buffer): Reply {
  const upload = store.uploads.get(id);
  if (!upload || part === store.failPart) return refusal(403, 'AccessDenied');
  upload.parts.set(part, body);
  return { status: 200, headers: { etag: `"${part}"` } };
}

function complete(store: StrictStore, id: string): Reply {
  const upload = store.uploads.get(id);
  if (!upload) return refusal(404, 'NoSuchUpload');
  const parts = [...upload.parts].sort(([one], [other]) => one - other).map(([, bytes]) => bytes);
  store.objects.set(upload.key, Buffer.concat(parts));
  store.uploads.delete(id);
  return xml('<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>');
}

function readObject(bytes: Buffer | undefined, range: string | undefined): Reply {
  if (!bytes) return refusal(404, 'NoSuchKey');
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const part = range === undefined ? bytes : bytes.subarray(Number(start), Number(end) + 1);
  const headers = { 'content-length': String(part.length) };
  return { status: range === undefined ? 200 : 206, body: part, headers };
}

function uploadList(store: StrictStore): string {
  const rows = [...store.uploads].map(([id, { key, startedMs }]) => {
    const initiated = new Date(startedMs).toISOString();
    return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
  });
  const body = `<IsTruncated>false</IsTruncated>${rows.join('')}`;
  return `<ListMultipartUploadsResult>${body}</ListMultipartUploadsResult>`;
}

function xml(body: string): Reply {
  return { status: 200, body, headers: { 'content-type': 'application/xml' } };
}

function refusal(status: number, code: string): Reply {
  return { ...xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`), status };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
