import { describe, expect, test } from 'vitest';
import { inspectImage, inspectVideo } from '../media/inspect.ts';
import { sampleImage, sampleVideo } from '../media/samples.ts';
import { type Desk, openDesk, text } from './testing/desk.ts';

const turbo = '/text-to-video/kling-3.0-turbo';
const day = 24 * 3_600_000;

async function finished(options: Parameters<typeof openDesk>[0] = {}): Promise<{ desk: Desk; url: string }> {
  const desk = openDesk(options);
  const id = await desk.create(turbo, { prompt: 'a', settings: { duration: 3, aspect_ratio: '9:16' } });
  desk.pass(8_000);
  const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
  return { desk, url: text(answered.data, 0, 'outputs', 0, 'url') ?? '' };
}

describe('the link of an output', () => {
  test('gives the clip as ordered', async () => {
    const { desk, url } = await finished();
    const answer = await desk.raw('GET', url);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' });
    const facts = inspectVideo(answer.body);
    expect(facts).toMatchObject({ width: 720, height: 1280 });
    expect(facts?.seconds).toBeCloseTo(73 / 24, 5);
  });

  test('lives 30 days and then is forbidden; so is a changed one', async () => {
    const { desk, url } = await finished();
    desk.pass(30 * day - 1);
    expect((await desk.raw('GET', url)).status).toBe(200);
    desk.pass(1_000);
    expect((await desk.raw('GET', url)).status).toBe(403);
    const fresh = await finished();
    const longer = fresh.url.replace(/expires=\d+/, 'expires=9999999999');
    expect((await fresh.desk.raw('GET', longer)).status).toBe(403);
    expect((await fresh.desk.raw('GET', fresh.url.replace(/\?.*/, ''))).status).toBe(403);
  });

  test('its life can be set', async () => {
    const { desk, url } = await finished({ outputs: { lifeMs: 60_000, still: true } });
    desk.pass(59_000);
    expect((await desk.raw('GET', url)).status).toBe(200);
    desk.pass(2_000);
    expect((await desk.raw('GET', url)).status).toBe(403);
  });

  test('answers ranges and entity tags', async () => {
    const { desk, url } = await finished();
    const whole = await desk.raw('GET', url);
    const { length } = whole.body;
    const etag = whole.headers.etag ?? '';
    const part = await desk.raw('GET', url, { range: 'bytes=10-19', 'if-range': etag });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 10-19/${length}`);
    expect(part.body).toEqual(whole.body.subarray(10, 20));
    const tail = await desk.raw('GET', url, { range: 'bytes=-5' });
    expect(tail.body).toEqual(whole.body.subarray(length - 5));
    const rest = await desk.raw('GET', url, { range: `bytes=${length - 3}-` });
    expect(rest.body).toHaveLength(3);
    expect((await desk.raw('GET', url, { range: `bytes=${length}-` })).status).toBe(416);
    expect((await desk.raw('GET', url, { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
    expect((await desk.raw('GET', url, { 'if-none-match': etag })).status).toBe(304);
    const head = await desk.raw('HEAD', url);
    expect([head.body.length, head.headers['content-length']]).toEqual([0, String(length)]);
  });

  test('faults: dead, cut, truncated, of another type, changed, then whole again', async () => {
    const { desk, url } = await finished();
    const { faults } = desk.kling;
    const whole = await desk.raw('GET', url);
    faults.next('output', { do: 'dead', status: 404 });
    faults.next('output', { do: 'cut', share: 0.5 });
    faults.next('output', { do: 'truncated', share: 0.5 });
    faults.next('output', { do: 'wrong-type' });
    faults.next('output', { do: 'corrupt' });
    expect((await desk.raw('GET', url)).status).toBe(404);
    const cut = await desk.raw('GET', url);
    expect(cut.cutAfterBytes).toBe(Math.floor(whole.body.length / 2));
    expect(cut.headers['content-length']).toBe(String(whole.body.length));
    const truncated = await desk.raw('GET', url);
    expect(truncated.headers['content-length']).toBe(String(Math.floor(whole.body.length / 2)));
    expect((await desk.raw('GET', url)).headers['content-type']).toBe('text/html');
    const changed = await desk.raw('GET', url);
    expect(changed.body).toHaveLength(whole.body.length);
    expect(Buffer.compare(changed.body, whole.body)).not.toBe(0);
    expect(Buffer.compare((await desk.raw('GET', url)).body, whole.body)).toBe(0);
  });
});

describe('samples', () => {
  test('are served in the size that the name asks for', async () => {
    const desk = openDesk();
    const image = await desk.raw('GET', '/samples/street-640x360.png');
    expect(inspectImage(image.body)).toEqual({ kind: 'png', width: 640, height: 360 });
    const video = await desk.raw('GET', '/samples/dance-360x640.mp4?seconds=3');
    expect(inspectVideo(video.body)).toMatchObject({ width: 360, height: 640 });
    expect((await desk.raw('GET', '/samples/street.txt')).status).toBe(404);
  });
});

describe('inputs that are read', () => {
  const image = sampleImage({ width: 400, height: 800 }).bytes;
  const small = sampleImage({ width: 200, height: 300 }).bytes;
  const video = sampleVideo({ width: 400, height: 600, seconds: 4 }).bytes;
  const files: Record<string, Uint8Array> = {
    'https://media.test/image.png': image,
    'https://media.test/small.png': small,
    'https://media.test/video.mp4': video,
    'https://media.test/long.mp4': sampleVideo({ width: 400, height: 600, seconds: 12 }).bytes,
  };
  const fetchInput = async (url: string): Promise<Uint8Array | null> => files[url] ?? null;

  async function outcome(path: string, body: Parameters<Desk['create']>[1]): Promise<unknown> {
    const desk = openDesk({ fetchInput });
    const id = await desk.create(path, body);
    desk.pass(600_000);
    const answered = await desk.call('GET', `/tasks?task_ids=${id}`);
    const url = text(answered.data, 0, 'outputs', 0, 'url');
    if (url === undefined) return text(answered.data, 0, 'message');
    const facts = inspectVideo((await desk.raw('GET', url)).body);
    const seconds = Math.round((facts?.seconds ?? 0) * 1000) / 1000;
    const charge = text(answered.data, 0, 'billing', 0, 'amount');
    return { width: facts?.width, height: facts?.height, seconds, charge };
  }
  const motion = (name: string, orientation: string): Parameters<Desk['create']>[1] => ({
    contents: [
      { type: 'image', url: 'https://media.test/image.png' },
      { type: 'video', url: `https://media.test/${name}.mp4` },
    ],
    settings: { character_orientation: orientation },
  });

  test('a first frame of another shape gives the clip its shape', async () => {
    const contents = [{ type: 'first_frame', url: 'https://media.test/image.png' }];
    const made = await outcome('/image-to-video/kling-3.0', { contents });
    expect(made).toEqual({ width: 678, height: 1358, seconds: 5.042, charge: '3' });
  });

  test('a picture that is too small or missing fails the task later', async () => {
    const frame = (name: string): Parameters<Desk['create']>[1] => ({
      contents: [{ type: 'first_frame', url: `https://media.test/${name}.png` }],
    });
    expect(await outcome('/image-to-video/kling-3.0', frame('small'))).toMatch(
      /^The resolution or aspect ratio/,
    );
    expect(await outcome('/image-to-video/kling-3.0', frame('missing'))).toMatch(/^Failed to download/);
  });

  test('motion control lasts as long as its video, billed in whole seconds', async () => {
    expect(await outcome('/motion-control/kling-3.0', motion('video', 'image'))).toMatchObject({
      seconds: 4.042,
      charge: '3.6',
    });
  });

  test('a motion video may be longer when the character follows it', async () => {
    expect(await outcome('/motion-control/kling-3.0', motion('long', 'image'))).toMatch(
      /input video is invalid/,
    );
    expect(await outcome('/motion-control/kling-3.0', motion('long', 'video'))).toMatchObject({
      charge: '10.8',
    });
  });
});
