import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sniffContentType } from './files.ts';
import { createSluice } from './sluice.ts';
import { problem, type ScriptedAnswer, type ScriptedGateway, startScriptedGateway } from './testing/index.ts';

const ASSET = '/v1/assets/asset_1';
const clip = randomBytes(300_000);
let gateway: ScriptedGateway;
const client = () =>
  createSluice({ baseUrl: gateway.url, apiKey: 'k', clock: { now: () => 0, sleep: async () => {} } });

beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

/** Serves the clip with Range, and breaks the connection after `breakAfter` bytes of each answer. */
function serveClip(breakAfter = Number.POSITIVE_INFINITY, etag = '"v1"'): ScriptedAnswer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = clip.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-type': 'video/mp4',
      'content-length': rest.length,
      ...(etag ? { etag } : {}),
    });
    if (rest.length <= breakAfter) response.end(rest);
    else response.write(rest.subarray(0, breakAfter), () => response.socket?.resetAndDestroy());
  };
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = async (stream: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(stream).arrayBuffer());

describe('downloading', () => {
  test('streams the bytes', async () => {
    gateway.on('GET', ASSET, serveClip());
    const download = await client().assets.download('asset_1');
    expect(download).toMatchObject({ contentType: 'video/mp4', bytes: clip.length, etag: '"v1"' });
    expect(hash(await bytesOf(download.stream))).toBe(hash(clip));
  });

  test('goes on where it broke off', async () => {
    gateway.on('GET', ASSET, serveClip(100_000));
    const { stream } = await client().assets.download('asset_1');
    expect(hash(await bytesOf(stream))).toBe(hash(clip));
    expect(gateway.requests.length).toBeGreaterThan(1);
    expect(gateway.requests[1]?.headers['if-range']).toBe('"v1"');
  });

  test('does not glue two different files together', async () => {
    gateway.on('GET', ASSET, serveClip(100_000), { headers: { etag: '"v2"' }, body: clip });
    const { stream } = await client().assets.download('asset_1');
    await expect(bytesOf(stream)).rejects.toMatchObject({ code: 'connection_lost' });
  });

  test('without a tag a broken download fails', async () => {
    gateway.on('GET', ASSET, serveClip(100_000, ''));
    const { stream } = await client().assets.download('asset_1');
    await expect(bytesOf(stream)).rejects.toMatchObject({ code: 'connection_lost' });
    expect(gateway.requests).toHaveLength(1);
  });

  test('goes on with a file that was saved in part', async () => {
    gateway.on('GET', ASSET, serveClip());
    const { stream, bytes } = await client().assets.download('asset_1', { from: 250_000 });
    expect(bytes).toBe(50_000);
    expect(hash(await bytesOf(stream))).toBe(hash(clip.subarray(250_000)));
  });

  test('a signed link of another host never sees our key', async () => {
    const elsewhere = await startScriptedGateway();
    try {
      elsewhere.on('GET', '/clip.mp4', { body: 'clip' });
      gateway.on('GET', ASSET, { body: 'clip' });
      await client().assets.download(`${elsewhere.url}/clip.mp4?signature=s`);
      await client().assets.download(`${gateway.url}${ASSET}?signature=s`);
      expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
      expect(elsewhere.requests[0]?.query).toEqual({ signature: 's' });
      expect(gateway.requests[0]?.headers.authorization).toBe('Bearer k');
    } finally {
      await elsewhere.close();
    }
  });

  test('a link without a host is one of the gateway', async () => {
    gateway.on('GET', ASSET, { body: 'clip' });
    await client().assets.download(`${ASSET}?signature=s`);
    expect(gateway.requests[0]).toMatchObject({
      query: { signature: 's' },
      headers: { authorization: 'Bearer k' },
    });
    // Two slashes would be another host.
    await expect(client().assets.download('//127.0.0.1:1/x')).rejects.toMatchObject({ status: null });
    expect(gateway.requests).toHaveLength(1);
  });

  test('a deleted clip is an error before any byte', async () => {
    gateway.on('GET', ASSET, problem(410, 'gone'));
    await expect(client().assets.download('asset_1')).rejects.toMatchObject({ code: 'gone', status: 410 });
  });

  test('the journal comes as a stream', async () => {
    gateway.on('GET', '/v1/ledger/export', { headers: { 'content-type': 'text/plain' }, body: '; book\n' });
    expect(Buffer.from(await bytesOf(await client().ledger.export())).toString()).toBe('; book\n');
  });
});

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0);
const box = (brand: string) => new Uint8Array(Buffer.from(`\0\0\0\x18ftyp${brand}....`, 'latin1'));

describe('uploading', () => {
  const uploaded = { status: 201, json: { id: 'file_1', reference: 'file:file_1' } };

  test.each([
    ['bytes', PNG, 'image/png'],
    ['a buffer', PNG.buffer.slice(0), 'image/png'],
    ['a blob that does not say', new Blob([JPEG]), 'image/jpeg'],
    ['a blob that says', new Blob(['x'], { type: 'video/mp4' }), 'video/mp4'],
  ])('%s', async (_, content, type) => {
    gateway.on('POST', '/v1/files', uploaded);
    const file = await client().files.upload(content);
    expect(file.reference).toBe('file:file_1');
    expect(gateway.requests[0]?.headers['content-type']).toBe(type);
    const expected = new Uint8Array(await new Blob([content]).arrayBuffer());
    expect(new Uint8Array(gateway.requests[0]?.body ?? [])).toEqual(expected);
  });

  test('a stream, sent while it is read', async () => {
    gateway.on('POST', '/v1/files', uploaded);
    await client().files.upload(new Blob([clip]).stream(), { contentType: 'video/mp4' });
    expect(gateway.requests[0]?.headers['transfer-encoding']).toBe('chunked');
    expect(hash(gateway.requests[0]?.body ?? Buffer.alloc(0))).toBe(hash(clip));
  });

  test('is repeated when it can be', async () => {
    gateway.on('POST', '/v1/files', 'reset', uploaded);
    await client().files.upload(() => new Blob([clip]).stream(), { contentType: 'video/mp4' });
    expect(gateway.requests).toHaveLength(2);
    expect(hash(gateway.requests[1]?.body ?? Buffer.alloc(0))).toBe(hash(clip));
  });

  test('a stream that was read is not sent again', async () => {
    gateway.on('POST', '/v1/files', 'reset');
    const work = client().files.upload(new Blob([clip]).stream(), { contentType: 'video/mp4' });
    await expect(work).rejects.toMatchObject({ code: 'connection_lost' });
    expect(gateway.requests).toHaveLength(1);
  });

  test('what nobody recognises is refused here', async () => {
    await expect(client().files.upload(Uint8Array.of(1, 2, 3))).rejects.toBeInstanceOf(TypeError);
    expect(gateway.requests).toHaveLength(0);
  });

  test.each([
    ['isom', 'video/mp4'],
    ['mp42', 'video/mp4'],
    ['qt  ', 'video/quicktime'],
  ])('the brand %j is %s', (brand, type) => {
    expect(sniffContentType(box(brand))).toBe(type);
  });
});
