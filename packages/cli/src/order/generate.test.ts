import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  completedTask,
  eventStream,
  eventText,
  problem,
  type ScriptedGateway,
  sampleAsset,
  sampleBalance,
  sampleTask,
  startScriptedGateway,
} from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, settled, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

const CREATE = '/v1/videos/generations';
const CLIP = Buffer.from('not really a clip, but bytes are bytes');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const sha256 = createHash('sha256').update(CLIP).digest('hex');
const asset = sampleAsset({ bytes: CLIP.length, sha256 });
const done = completedTask({ assets: [asset], results: [asset.url] });

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal({ url: gateway.url, ...options });
  terminals.push(terminal);
  return terminal;
};

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('POST', CREATE, { status: 202, json: sampleTask() });
  gateway.on('GET', '/v1/tasks/task_1', { json: done });
  gateway.on('GET', '/v1/tasks/task_1/events', eventStream([eventText('e1', 'task.completed')]));
  gateway.on('GET', '/v1/assets/asset_1', { headers: { 'content-type': 'video/mp4' }, body: CLIP });
  gateway.on('GET', '/v1/balance', { json: sampleBalance() });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const orderSent = () => gateway.requestsTo('POST', CREATE)[0]?.json;
const ARGV = ['generate', 'a fox', '-m', 'kling-3.0'];

describe('the order', () => {
  const sentBy = async (...argv: string[]): Promise<unknown> => {
    const { code, err } = await (await open()).run('generate', '--no-wait', ...argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return orderSent();
  };

  test('every flag has its field', async () => {
    expect(
      await sentBy(
        ...['a fox', '-m', 'kling-3.0', '--mode', 'image-to-video', '--negative-prompt', 'blur', '-d', '5'],
        ...['-a', '16:9', '-q', '1080p', '-s', 'on', '--image-start', 'https://x.example/a.png'],
        ...['--image-end', 'file:file_1', '-i', 'https://x.example/1.png', '-i', 'https://x.example/2.png'],
        ...['--video', 'https://x.example/v.mp4', '--motion-video', 'https://x.example/m.mp4'],
        ...['--keep-original-sound', '--element', '123', '--orientation', 'video', '--no-watermark'],
        ...['--input-seconds', '7.5', '--callback-url', 'https://h.example', '--path', 'kling-main'],
        ...['--priority', 'high', '--start-by', '30m', '--finish-by', '2026-10-02T00:00:00Z'],
        ...['--max-price', '1.50', '--metadata', 'order=17', '--metadata', 'note=a=b'],
      ),
    ).toEqual({
      model: 'kling-3.0',
      mode: 'image-to-video',
      prompt: 'a fox',
      negative_prompt: 'blur',
      duration: 5,
      aspect_ratio: '16:9',
      quality: '1080p',
      sound: 'on',
      image_start: 'https://x.example/a.png',
      image_end: 'file:file_1',
      image_urls: ['https://x.example/1.png', 'https://x.example/2.png'],
      video_url: 'https://x.example/v.mp4',
      video_urls: ['https://x.example/m.mp4'],
      keep_original_sound: true,
      element_list: [{ element_id: '123' }],
      input_seconds: 7.5,
      callback_url: 'https://h.example',
      path: 'kling-main',
      priority: 'high',
      start_by: '2026-10-01T12:31:00.000Z',
      finish_by: '2026-10-02T00:00:00.000Z',
      max_price: '1.50',
      metadata: { order: '17', note: 'a=b' },
      model_params: { character_orientation: 'video', watermark_info: { enabled: false } },
    });
  });

  test('what is not given is not sent', async () => {
    expect(await sentBy('a fox', '-m', 'kling-3.0')).toEqual({ model: 'kling-3.0', prompt: 'a fox' });
  });

  test('shots make it a multi-shot order', async () => {
    expect(await sentBy('-m', 'kling-3.0', '--shot', 'a door: closed:3', '--shot', 'it opens:2')).toEqual({
      model: 'kling-3.0',
      model_params: {
        multi_shot: true,
        shot_type: 'customize',
        multi_prompt: [
          { index: 1, prompt: 'a door: closed', duration: 3 },
          { index: 2, prompt: 'it opens', duration: 2 },
        ],
      },
    });
  });

  test('flags override the fields of a file', async () => {
    const terminal = await open();
    const order = { model: 'kling-o1', duration: 10, model_params: { keep_sound: true } };
    await writeFile(join(terminal.homeDir, 'order.json'), JSON.stringify(order));
    await terminal.run('generate', '--no-wait', '--from', 'order.json', '-m', 'kling-o3', '--multi-shot');
    expect(orderSent()).toEqual({
      model: 'kling-o3',
      duration: 10,
      model_params: { keep_sound: true, multi_shot: true },
    });
  });

  test('a whole order from standard input', async () => {
    const terminal = await open({ stdin: '{"model":"kling-3.0","prompt":"p"}' });
    expect((await terminal.run('generate', '--no-wait', '--from', '-')).code).toBe(0);
    expect(orderSent()).toEqual({ model: 'kling-3.0', prompt: 'p' });
  });

  test.each([
    [['generate', 'a fox'], 'needs a model'],
    [['generate', '-m', 'x', '--shot', 'no length'], 'has no length'],
    [['generate', '-m', 'x', '--from', 'missing.json'], 'cannot be read'],
    [['generate', '-m', 'x', '-d', '5.5'], 'whole number'],
    [['generate', '-m', 'x', '--quality', '8k'], 'one of: 720p, 1080p, 4k'],
    [['generate', '-m', 'x', '--max-price', '1,50'], 'amount such as'],
    [['generate', '-m', 'x', '--start-by', 'soon'], 'a span such as 30m'],
    [['generate', '-m', 'x', '--metadata', 'novalue'], 'name=value'],
    [['generate', '-m', 'x', '--image-start', 'missing.png'], 'There is no file'],
  ])('%j is wrong usage', async (argv, said) => {
    const { code, err } = await (await open({ terminal: true })).run(...argv);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(gateway.requestsTo('POST', CREATE)).toHaveLength(0);
  });

  test('an own idempotency key is passed on', async () => {
    await (await open()).run(...ARGV, '--no-wait', '--idempotency-key', 'order-17');
    expect(gateway.requests[0]?.headers['idempotency-key']).toBe('order-17');
  });
});

describe('files of this machine', () => {
  test('are uploaded once each, and referred to', async () => {
    let uploads = 0;
    gateway.on('POST', '/v1/files', (request, response) => {
      expect(request.body).toEqual(PNG);
      uploads += 1;
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: `file_${uploads}`, reference: `file:file_${uploads}` }));
    });
    const terminal = await open();
    await writeFile(join(terminal.homeDir, 'face.png'), PNG);
    await writeFile(join(terminal.homeDir, 'back.png'), PNG);
    const inputs = ['--image-start', 'face.png', '--image-end', 'back.png', '-i', './face.png'];
    expect((await terminal.run(...ARGV, '--no-wait', ...inputs)).code).toBe(0);
    expect(orderSent()).toMatchObject({
      image_start: 'file:file_1',
      image_end: 'file:file_2',
      image_urls: ['file:file_1'],
    });
    expect(uploads).toBe(2);
    expect(gateway.requestsTo('POST', '/v1/files')[0]?.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
    });
  });

  test('of another kind are refused before anything is sent', async () => {
    const terminal = await open({ terminal: true });
    await writeFile(join(terminal.homeDir, 'notes.txt'), 'hello');
    const { code, err } = await terminal.run(...ARGV, '--image-start', 'notes.txt');
    expect(code).toBe(2);
    expect(err).toContain('is no JPEG, PNG, MP4 or QuickTime file');
    expect(gateway.requests).toHaveLength(0);
  });
});

describe('the clip', () => {
  test('is saved, checked, and put on a receipt', async () => {
    const terminal = await open({ terminal: true });
    const { code, out, err } = await terminal.run(...ARGV, '-o', 'fox.mp4');
    expect(code).toBe(0);
    expect(await readFile(join(terminal.homeDir, 'fox.mp4'))).toEqual(CLIP);
    expect(out.replaceAll(terminal.homeDir, '~')).toMatchInlineSnapshot(`
      "✓ task_1  kling-3.0  done
        saved    ~/fox.mp4  38 B
        clip     1920×1080, 5.0 s, avc1
        path     kling-main
        wait     2m 00s
        render   3m 00s
        charge   0.56 USD
        balance  99.44 USD available
      "
    `);
    expect(settled(err).some((line) => line.includes('no free slot, 3rd in line, starts in 1m 00s'))).toBe(
      true,
    );
  });

  test('as JSON, with everything in it and nothing on standard error', async () => {
    const terminal = await open();
    const { code, out, err } = await terminal.run(...ARGV);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      task: { id: 'task_1', status: 'completed' },
      saved: [{ path: join(terminal.homeDir, 'task_1.mp4'), bytes: CLIP.length, sha256 }],
      wait_seconds: 120,
      render_seconds: 180,
      balance: { available: '99.44' },
    });
  });

  test('goes into a folder under the name of its task', async () => {
    const terminal = await open();
    await mkdir(join(terminal.homeDir, 'clips'));
    await terminal.run(...ARGV, '-o', 'clips');
    await terminal.run(...ARGV, '-o', 'new/');
    expect(await readdir(join(terminal.homeDir, 'clips'))).toEqual(['task_1.mp4']);
    expect(await readdir(join(terminal.homeDir, 'new'))).toEqual(['task_1.mp4']);
  });

  test('that is not the file that was stored is not kept', async () => {
    gateway.on('GET', '/v1/assets/asset_1', { body: Buffer.from(CLIP).fill(0, 3, 4) });
    const terminal = await open({ terminal: true });
    const { code, err } = await terminal.run(...ARGV);
    expect(code).toBe(1);
    expect(err).toContain('is not the file that was stored');
    expect(await readdir(terminal.homeDir)).toEqual([]);
  });

  test('is not needed: --no-save', async () => {
    const terminal = await open();
    const { code, out } = await terminal.run(...ARGV, '--no-save');
    expect(code).toBe(0);
    expect(JSON.parse(out).saved).toEqual([]);
    expect(gateway.requestsTo('GET', '/v1/assets/asset_1')).toHaveLength(0);
  });

  test('a key that may not see the balance gets its receipt without', async () => {
    gateway.on('GET', '/v1/balance', problem(403, 'forbidden'));
    const { code, out } = await (await open({ terminal: true })).run(...ARGV);
    expect(code).toBe(0);
    expect(out).not.toContain('balance');
  });
});

describe('other ends', () => {
  test('a failed task ends with 1 and its reason', async () => {
    const error = {
      code: 'moderated',
      message: 'The vendor withheld the clip.',
      upstream_code: '1301',
    } as const;
    const failed = completedTask({
      status: 'failed',
      stage: 'failed',
      assets: [],
      results: [],
      charge: null,
      error,
    });
    gateway.on('GET', '/v1/tasks/task_1', { json: failed });
    const { code, out } = await (await open({ terminal: true })).run(...ARGV);
    expect(code).toBe(1);
    expect(out).toContain('✗ task_1  kling-3.0  failed');
    expect(out).toContain('moderated: The vendor withheld the clip.');
    expect(out).toContain('charge   nothing');
  });

  test('no money ends with 1, and nothing is waited for', async () => {
    gateway.on('POST', CREATE, problem(402, 'insufficient_balance', { retryable: false }));
    const { code, err } = await (await open({ terminal: true })).run(...ARGV);
    expect(code).toBe(1);
    expect(err).toContain('insufficient_balance');
    expect(gateway.requests).toHaveLength(1);
  });

  test('--no-wait says where to look', async () => {
    const { code, out } = await (await open({ terminal: true })).run(...ARGV, '--no-wait');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✓ task_1  waiting
        wait    no free slot, 3rd in line, starts in 1m 00s
        held    0.56 USD
        follow  sluice tasks watch task_1
      "
    `);
  });

  test('Ctrl-C leaves the task alone and says how to come back', async () => {
    const terminal = await open({ terminal: true });
    gateway.on('GET', '/v1/tasks/task_1/events', eventStream([], 'stay'));
    gateway.on('GET', '/v1/tasks/task_1', (_, response) => {
      response.end(JSON.stringify(sampleTask()));
      terminal.interrupt();
    });
    const { code, err } = await terminal.run(...ARGV);
    expect(code).toBe(130);
    expect(err).toContain('sluice tasks watch task_1');
    expect(gateway.requestsTo('POST', '/v1/tasks/task_1/cancel')).toHaveLength(0);
  });

  test('in a log, a line for each change instead of a moving one', async () => {
    gateway.on(
      'GET',
      '/v1/tasks/task_1',
      { json: sampleTask() },
      {
        json: sampleTask({ stage: 'rendering', status: 'processing', progress: 30, wait: null, version: 2 }),
      },
      { json: done },
    );
    const { err } = await (await open()).run(...ARGV, '--no-json', '--no-save');
    const [first, second] = err.split('\n');
    expect(first).toBe('waiting  no free slot, 3rd in line, starts in 1m 00s');
    expect(second).toMatch(/^█+░+ {2}30 % {2}rendering/);
    expect(err).not.toContain('\r');
  });
});
