import { expect, test } from 'vitest';
import { addPath, CLIP, liveWhole } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

async function finished() {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId, assetId } = await liveWhole(rig, key);
  const { body: task } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
  const link = String(task.results[0]).replace('https://sluice.test', '');
  return { rig, key, assetId, link, taskId };
}

test('the signed link and the key both give the bytes, with what a player needs to know', async () => {
  const { rig, key, assetId, link } = await finished();
  for (const answer of [await rig.ask('GET', link), await rig.ask('GET', `/v1/assets/${assetId}`, { key })]) {
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(Buffer.from(CLIP).toString());
    expect(answer.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(CLIP.length),
      'accept-ranges': 'bytes',
      'content-disposition': `inline; filename="${assetId}.mp4"`,
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
  }
});

test('the link is the same for a while, and ends when it says', async () => {
  const { rig, key, link, taskId } = await finished();
  rig.clock.advance(60_000);
  const { body: task } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
  expect(task.results[0]).toContain(link);
  rig.clock.advance(Date.parse(task.assets[0].expires_at) - rig.clock.now() - 1);
  expect((await rig.ask('GET', link)).status).toBe(200);
  rig.clock.advance(1);
  const late = await rig.ask('GET', link);
  expect([late.status, late.body.error.code]).toEqual([401, 'missing_key']);
});

test.each([
  ['bytes=0-3', 206, 'vide', `bytes 0-3/${CLIP.length}`],
  ['bytes=-4', 206, '....', `bytes ${CLIP.length - 4}-${CLIP.length - 1}/${CLIP.length}`],
  [`bytes=${CLIP.length}-`, 416, null, `bytes */${CLIP.length}`],
  ['bytes=0-1,5-6', 200, null, undefined],
])('Range %s', async (range, status, text, contentRange) => {
  const { rig, link } = await finished();
  const answer = await rig.ask('GET', link, { headers: { range } });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-range']).toBe(contentRange);
  if (text !== null) {
    expect(answer.text).toBe(text);
    expect(answer.headers['content-length']).toBe('4');
  }
  if (status === 416) expect(answer.body.error.code).toBe('range_not_satisfiable');
});

test('validators: a known tag is not sent again, a stale If-Range gives the whole', async () => {
  const { rig, link } = await finished();
  const { headers } = await rig.ask('GET', link);
  const known = await rig.ask('GET', link, { headers: { 'if-none-match': headers.etag ?? '' } });
  expect([known.status, known.text]).toEqual([304, '']);
  const fresh = { range: 'bytes=0-3', 'if-range': headers.etag ?? '' };
  expect((await rig.ask('GET', link, { headers: fresh })).status).toBe(206);
  const stale = { range: 'bytes=0-3', 'if-range': '"other"' };
  expect((await rig.ask('GET', link, { headers: stale })).status).toBe(200);
});

test('HEAD tells everything and sends nothing', async () => {
  const { rig, link } = await finished();
  const answer = await rig.ask('HEAD', link);
  expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([
    200,
    '',
    String(CLIP.length),
  ]);
});

test('download=1 names the file to be saved', async () => {
  const { rig, link, assetId } = await finished();
  const answer = await rig.ask('GET', `${link}&download=1`);
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${assetId}.mp4"`);
});

test.each([
  ['no signature', (link: string) => link.split('?')[0] ?? ''],
  ['another signature', (link: string) => `${link.slice(0, -4)}AAAA`],
  ['a later end', (link: string) => link.replace(/expires=\d/, 'expires=9')],
  ['the signature of another asset', (link: string) => link.replace(/asset_\w{8}/, 'asset_00000000')],
])('%s is 401, whether or not the asset exists', async (_name, change) => {
  const { rig, link } = await finished();
  const answer = await rig.ask('GET', change(link));
  expect([answer.status, answer.body.error.code]).toEqual([401, 'missing_key']);
});

test('a wrong key beside a good signature is still a wrong key', async () => {
  const { rig, link } = await finished();
  const answer = await rig.ask('GET', link, { key: 'sk-sluice-nonsense' });
  expect(answer.body.error.code).toBe('invalid_key');
});

test('a deleted asset is gone, from the store too, and deleting twice is the same as once', async () => {
  const { rig, key, assetId, link } = await finished();
  const deleted = await rig.ask('DELETE', `/v1/assets/${assetId}`, { key });
  expect(deleted.body).toEqual({ id: assetId, object: 'asset', deleted: true });
  expect((await rig.ask('DELETE', `/v1/assets/${assetId}`, { key })).status).toBe(200);
  const answer = await rig.ask('GET', link);
  expect([answer.status, answer.body.error.code]).toEqual([410, 'gone']);
});

test('the bytes stay while another task has the same clip', async () => {
  const { rig, key, assetId } = await finished();
  const { assetId: other } = await liveWhole(rig, key);
  await rig.ask('DELETE', `/v1/assets/${assetId}`, { key });
  expect((await rig.ask('GET', `/v1/assets/${other}`, { key })).text).toBe(Buffer.from(CLIP).toString());
});
