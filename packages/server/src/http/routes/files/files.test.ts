import { createHash } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EndlessMediaError } from '../../../effects/media/media.ts';
import { fileLink } from '../../../lifecycle/inputs.ts';
import { sweepFiles } from '../../../lifecycle/operate/files.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

const PICTURE = Buffer.from(`image:1024x768${'#'.repeat(5_000)}`);
const VIDEO = Buffer.from(`video:6.5:1920x1080${'#'.repeat(5_000)}`);

function form(parts: { name: string; content: Buffer; fileName?: string }[]) {
  const boundary = 'boundary-of-the-test';
  const chunks = parts.flatMap(({ name, content, fileName }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
        fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`
      }\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

test.each([
  ['a form', (bytes: Buffer) => form([{ name: 'file', content: bytes, fileName: '../../etc/passwd' }])],
  ['raw bytes', (bytes: Buffer) => ({ body: bytes, headers: { 'content-type': 'image/jpeg' } })],
])('a picture sent as %s is stored under its hash and described', async (_name, wrap) => {
  const { ask, account, blobs } = use();
  const { key } = await account({ topUp: '0' });
  const answer = await ask('POST', '/v1/files', { key, ...wrap(PICTURE) });
  expect(answer.status).toBe(201);
  const sha256 = createHash('sha256').update(PICTURE).digest('hex');
  expect(answer.body).toMatchObject({
    object: 'file',
    reference: `file:${answer.body.id}`,
    bytes: PICTURE.length,
    sha256,
    content_type: 'image/jpeg',
    width: 1024,
    height: 768,
    duration_seconds: null,
  });
  expect(Buffer.from(blobs.objects.get(`files/${sha256.slice(0, 2)}/${sha256}.jpg`) ?? [])).toEqual(PICTURE);
  expect(blobs.spooled.size).toBe(0);
  expect((await ask('GET', `/v1/files/${answer.body.id}`, { key })).body).toEqual(answer.body);
});

test('a file that sends its reader in circles is refused, and nothing of it stays', async () => {
  const { ask, account, blobs, context } = use();
  const { key } = await account({ topUp: '0' });
  const look = vi.spyOn(context.media, 'probeVideo').mockRejectedValueOnce(new EndlessMediaError('endless'));
  onTestFinished(() => look.mockRestore());
  const body = Buffer.from('a trap');
  const answer = await ask('POST', '/v1/files', { key, body, headers: { 'content-type': 'video/mp4' } });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ code: 'invalid_input', field: 'file' });
  expect(blobs.spooled.size).toBe(0);
});

test('what the bytes are counts, not what the request calls them', async () => {
  const { ask, account } = use();
  const { key } = await account({ topUp: '0' });
  const headers = { 'content-type': 'image/png' };
  const answer = await ask('POST', '/v1/files', { key, body: VIDEO, headers });
  expect(answer.body).toMatchObject({ content_type: 'video/mp4', duration_seconds: 6.5 });
});

test.each([
  [
    'no media at all',
    { body: Buffer.from('<html>'), headers: { 'content-type': 'image/jpeg' } },
    415,
    'unsupported_media_type',
  ],
  ['nothing', { body: Buffer.from(''), headers: { 'content-type': 'image/jpeg' } }, 422, 'invalid_input'],
  ['JSON', { body: { a: 1 } }, 415, 'unsupported_media_type'],
  ['text', { body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  [
    'a form without the part',
    form([{ name: 'picture', content: PICTURE, fileName: 'a' }]),
    422,
    'invalid_input',
  ],
  ['a form with a field instead', form([{ name: 'file', content: Buffer.from('x') }]), 422, 'invalid_input'],
  [
    'a form without boundary',
    { body: PICTURE, headers: { 'content-type': 'multipart/form-data' } },
    422,
    'invalid_input',
  ],
])('%s is refused and leaves nothing behind', async (_name, asking, status, code) => {
  const { ask, account, blobs } = use();
  const { key } = await account({ topUp: '0' });
  const before = blobs.objects.size;
  const answer = await ask('POST', '/v1/files', { key, ...asking });
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect([blobs.objects.size, blobs.spooled.size]).toEqual([before, 0]);
});

test('a form that breaks off is no file', async () => {
  const { ask, account, blobs } = use();
  const { key } = await account({ topUp: '0' });
  const { body, headers } = form([{ name: 'file', content: PICTURE, fileName: 'a' }]);
  const answer = await ask('POST', '/v1/files', { key, body: body.subarray(0, body.length - 60), headers });
  expect([answer.status, answer.body.error.field]).toEqual([422, 'file']);
  expect(blobs.spooled.size).toBe(0);
});

test('a file above every model’s limit is refused by its length, before it is read', async () => {
  const { ask, account } = use();
  const { key } = await account({ topUp: '0' });
  const headers = { 'content-type': 'video/mp4', 'content-length': String(20 * 1024 ** 3) };
  const answer = await ask('POST', '/v1/files', { key, body: VIDEO, headers });
  expect([answer.status, answer.body.error.code]).toEqual([413, 'payload_too_large']);
  expect(answer.headers.connection).toBe('close');
});

test('a picture larger than any picture may be is refused although a video might be so large', async () => {
  const { ask, account, context } = use();
  const { key } = await account({ topUp: '0' });
  const limits = context.catalogue.models.flatMap((model) => Object.values(model.input_limits));
  const mostBytes = Math.max(
    ...limits.filter((limit) => limit.formats.includes('jpeg')).map((limit) => limit.max_bytes),
  );
  const body = Buffer.concat([PICTURE, Buffer.alloc(mostBytes)]);
  const answer = await ask('POST', '/v1/files', { key, body, headers: { 'content-type': 'image/jpeg' } });
  expect(answer.body.error).toMatchObject({ code: 'payload_too_large', allowed: { max_bytes: mostBytes } });
});

test('upstreams fetch it by a signed link, until the link ends', async () => {
  const { ask, account, context, clock } = use();
  const { key } = await account({ topUp: '0' });
  const file = await ask('POST', '/v1/files', { key, body: VIDEO, headers: { 'content-type': 'video/mp4' } });
  const link = fileLink(context, '', file.body.id);
  const fetched = await ask('GET', link);
  expect([fetched.status, fetched.text, fetched.headers['content-type']]).toEqual([
    200,
    VIDEO.toString(),
    'video/mp4',
  ]);
  expect((await ask('GET', link, { headers: { range: 'bytes=0-4' } })).text).toBe('video');
  expect((await ask('HEAD', link)).headers['content-length']).toBe(String(VIDEO.length));
  expect((await ask('GET', `/v1/files/${file.body.id}/content`)).status).toBe(401);
  expect((await ask('GET', link.replace(/\w$/, '_'))).status).toBe(401);
  clock.advance(25 * 3_600_000);
  expect((await ask('GET', link)).status).toBe(401);
});

test('a deleted upload is not there any more; bytes shared with another one stay', async () => {
  const { ask, account, blobs } = use();
  const { key } = await account({ topUp: '0' });
  const bytes = Buffer.concat([PICTURE, Buffer.from('shared')]);
  const send = () =>
    ask('POST', '/v1/files', { key, body: bytes, headers: { 'content-type': 'image/jpeg' } });
  const [one, two] = [await send(), await send()];
  const stored = () => [...blobs.objects.keys()].filter((name) => name.includes(one.body.sha256)).length;
  const deleted = await ask('DELETE', `/v1/files/${one.body.id}`, { key });
  expect(deleted.body).toEqual({ id: one.body.id, object: 'file', deleted: true });
  expect((await ask('GET', `/v1/files/${one.body.id}`, { key })).status).toBe(404);
  expect(stored()).toBe(1);
  await ask('DELETE', `/v1/files/${two.body.id}`, { key });
  expect(stored()).toBe(0);
});

test('uploads expire and are swept', async () => {
  const { ask, account, context, clock, blobs } = use();
  const { key } = await account({ topUp: '0' });
  const body = Buffer.concat([PICTURE, Buffer.from('expiring')]);
  const file = await ask('POST', '/v1/files', { key, body, headers: { 'content-type': 'image/jpeg' } });
  clock.advance(Date.parse(file.body.expires_at) - clock.now());
  expect((await ask('GET', `/v1/files/${file.body.id}`, { key })).status).toBe(404);
  expect(await sweepFiles(context, 100)).toBeGreaterThan(0);
  expect([...blobs.objects.keys()].some((name) => name.includes(file.body.sha256))).toBe(false);
  expect(await sweepFiles(context, 100)).toBe(0);
});

test.each([
  ['raw', (body: ReadableStream) => ({ body, headers: { 'content-type': 'image/jpeg' } })],
  ['in a form', (body: ReadableStream) => ({ body: inForm(body), headers: form([]).headers })],
])('an endless upload %s gets its refusal over the connection that it floods', async (_name, wrap) => {
  const { app, account, blobs, context } = use();
  const { key } = await account({ topUp: '0' });
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const limits = context.catalogue.models.flatMap((model) => Object.values(model.input_limits));
  const before = limits.map((limit) => limit.max_bytes);
  for (const limit of limits) limit.max_bytes = 100_000;
  const { body, headers } = wrap(endless());
  const response = await fetch(`http://127.0.0.1:${port}/v1/files`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${key}` },
    body,
    duplex: 'half',
  } as RequestInit);
  for (const [index, limit] of limits.entries()) limit.max_bytes = before[index] ?? 0;
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ error: { code: 'payload_too_large' } });
  await expect.poll(() => blobs.spooled.size).toBe(0);
});

function endless(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384)) });
}

function inForm(body: ReadableStream): ReadableStream {
  const head = 'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: image/jpeg';
  return body.pipeThrough(
    new TransformStream({
      start: (controller) => controller.enqueue(Buffer.from(`--boundary-of-the-test\r\n${head}\r\n\r\n`)),
    }),
  );
}
