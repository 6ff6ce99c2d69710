/**
 * Every program in examples/ runs as it stands, against the gateway that its README tells the reader to start: several
 * at a time, because each waits for a render, and each in a folder of its own.
 */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSluice, type Sluice } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../processes/program.ts';
import { type Served, startServe } from '../processes/serve.ts';
import { order } from './story.ts';

/** The one address on this machine that a sandbox sends webhooks to. */
const LISTEN_URL = 'http://127.0.0.1:7710/';

let folder: string;
let served: Served;
let sluice: Sluice;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-examples-'));
  await chmod(folder, 0o711);
  served = await startServe(folder);
  sluice = createSluice({ baseUrl: served.url, apiKey: served.saved.key });
});

afterAll(async () => {
  served?.signal('SIGTERM');
  await served?.exited;
  await rm(folder, { recursive: true, force: true });
});

type Story = (file: string) => Promise<void>;

/** Runs to its end and says so in its last line. */
const says = (last: RegExp): Story => {
  return async (file) => {
    const { exited, lines, errors } = await run(file);
    expect({ ...(await exited), errors: errors() }).toEqual({ code: 0, signal: null, errors: '' });
    expect(lines.at(-1)).toMatch(last);
  };
};

const examples: Record<string, Story> = {
  'move-from-kling.ts': says(/^succeeded http/),
  'move-from-openai.ts': says(/^fox\.mp4: \d+ bytes$/),
  'move-from-fal.ts': says(/^task_\w+ video\/mp4 http/),
  'move-from-replicate.ts': says(/^fox\.mp4: \d+ bytes from http/),
  'move-from-evolink.ts': says(/^\d+(\.\d+)? credits left$/),
  'ai-sdk.ts': says(/^fox\.mp4: \d+ bytes/),
  'mcp.ts': says(/^task_\w+ is done and cost/),
  'generate.ts': async (file) => {
    const { exited, lines, errors, cwd } = await run(file);
    expect({ ...(await exited), errors: errors() }).toEqual({ code: 0, signal: null, errors: '' });
    expect(lines.at(-1)).toMatch(/^fox\.mp4: 1280×720, 5(\.\d+)? s, charged \d+\.\d+ USD$/);
    expect((await readFile(join(cwd, 'fox.mp4'))).subarray(4, 8).toString('latin1')).toBe('ftyp');
  },
  'webhook-receiver.ts': async (file) => {
    const endpoint = await sluice.webhooks.create({ url: LISTEN_URL });
    const receiver = await run(file, { WEBHOOK_SECRET: endpoint.secret });
    await receiver.line((line) => (line.startsWith('listening') ? line : null));
    const task = await sluice.tasks.create(order('announced'));
    expect(await receiver.line((line) => (line.includes(task.id) ? line : null))).toBe(
      `task.completed ${task.id}`,
    );
    const forged = await fetch(LISTEN_URL, {
      method: 'POST',
      body: '{"type":"task.completed"}',
    });
    expect(forged.status).toBe(400);
    receiver.signal('SIGTERM');
    await receiver.exited;
  },
};

test('each of them has its story here', async () => {
  const files = await readdir(fileURLToPath(new URL('../../examples', import.meta.url)));
  expect(Object.keys(examples).sort()).toEqual(files.filter((file) => /\.(ts|js|mjs)$/.test(file)).sort());
});

test.concurrent.each(Object.entries(examples))('%s', (file, story) => story(file));

async function run(file: string, env: Record<string, string> = {}) {
  const cwd = await mkdtemp(join(folder, `${file}-`));
  const program = startProgram(`examples/${file}`, {
    cwd,
    env: { SLUICE_URL: served.url, SLUICE_KEY: served.saved.key, ...env },
  });
  return { ...program, cwd };
}
