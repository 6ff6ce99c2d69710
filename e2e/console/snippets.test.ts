/**
 * Code that the console offers to be copied, copied from its pages and run as it stands: a shell, programs with the
 * vendors' own clients, the command line. Each must reach the gateway that the page came from.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { sampleImage, sampleVideo } from '@sluice/emulators';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const LOADER = fileURLToPath(import.meta.resolve('tsx'));
const SECRET = `whsec_${Buffer.from('a secret of the page').toString('base64')}`;

let house: House;
let folder: string;

beforeAll(async () => {
  house = await openHouse();
  folder = await mkdtemp(join(tmpdir(), 'sluice-snippets-'));
  // As if its packages had been installed there, and the command line on the way.
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'bin'));
  const shim = `#!/bin/sh\nexec ${process.execPath} --import ${LOADER} ${PROJECT}packages/cli/src/main.ts "$@"\n`;
  await writeFile(join(folder, 'bin/sluice'), shim);
  await chmod(join(folder, 'bin/sluice'), 0o755);
  // The files that the code names.
  for (const file of ['first-frame.png', 'reference.png', 'figure.png']) {
    await writeFile(join(folder, file), sampleImage({ seed: file }).bytes);
  }
  for (const file of ['clip.mp4', 'motion.mp4']) {
    await writeFile(join(folder, file), sampleVideo({ seed: file }).bytes);
  }
});

afterAll(async () => {
  await house?.close();
  await rm(folder, { recursive: true, force: true });
});

type Snippet = { name: string; text: string };

/** What stands in each of the boxes that these choices open. */
async function copied(address: string, choices: string, box: string, mode?: string): Promise<Snippet[]> {
  const { page, context } = await house.visit('developer');
  await page.goto(`${house.url}/console/${address}`);
  if (mode !== undefined)
    await page.getByRole('group', { name: 'Mode' }).getByText(mode, { exact: true }).click();
  await page.locator(choices).first().waitFor();
  const found: Snippet[] = [];
  for (const choice of await page.locator(choices).all()) {
    await choice.click();
    const name = (await choice.innerText()).trim();
    found.push({ name, text: await page.locator(`${box} >> visible=true`).innerText() });
  }
  await context.close();
  return found;
}

type Ran = { code: number | null; out: string; errors: string };

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const { PATH = '' } = process.env;
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: `${folder}/bin:${PATH}`, HOME: folder, SLUICE_KEY: house.studio.key, ...env },
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, out, errors };
}

let files = 0;

async function program(text: string): Promise<string> {
  files += 1;
  const file = join(folder, `snippet-${files}.mts`);
  await writeFile(file, text);
  return file;
}

const runProgram = async (text: string): Promise<Ran> =>
  run(process.execPath, ['--import', LOADER, await program(text)]);
const runShell = (text: string): Promise<Ran> => run('sh', ['-ec', text]);

/** How each is run, and what it says when it has worked. */
const WORKS: Record<string, { run: (text: string) => Promise<Ran>; says: RegExp; fails?: RegExp }> = {
  curl: { run: runShell, says: /"id": ?"task_\w+"/ },
  SDK: { run: runProgram, says: /completed|https?:/ },
  CLI: { run: runShell, says: /task_\w+/ },
  OpenAI: { run: runProgram, says: /^task_\w+ (queued|in_progress)/ },
  'OpenAI client': { run: runProgram, says: /^task_\w+ (queued|in_progress)/ },
  Kling: { run: runShell, says: /"code": ?0,.*task_\w+/ },
  fal: { run: runProgram, says: /^https?:\S+/ },
  Replicate: { run: runProgram, says: /^https?:\S+/ },
  'AI SDK': { run: runProgram, says: /^\d{4,}/ },
  // Ordered and made; that the clip is not fetched from this machine's own address is its client's rule.
  'AI Gateway': { run: runProgram, says: /^$/, fails: /private|localhost|not allowed|download/i },
};

const MODES: Record<string, string> = {
  text: 'text-to-video',
  image: 'image-to-video',
  references: 'reference-to-video',
  edit: 'video-edit',
  motion: 'motion-control',
};

/** One after the other: each orders one clip, and says so. */
async function allWork(snippets: readonly Snippet[], model: string, mode = MODES.text): Promise<void> {
  const { tasks } = house.studio.sluice;
  for (const { name, text } of snippets) {
    const way = WORKS[name];
    if (way === undefined) throw new Error(`nobody knows how to run ${name}`);
    const before = (await tasks.list({ limit: 1 })).data[0]?.id;
    const { code, out, errors } = await way.run(text);
    if (way.fails === undefined) expect({ name, code, errors }).toEqual({ name, code: 0, errors });
    else expect(`${name}: ${errors}`).toMatch(way.fails);
    expect(out.trim(), `${name}: ${errors}`).toMatch(way.says);
    const [made, earlier] = (await tasks.list({ limit: 2 })).data;
    expect([name, made?.model, made?.mode, earlier?.id]).toEqual([name, model, mode, before]);
  }
}

const OWN = ['curl', 'SDK', 'CLI'];

test.each([
  ['kling-3.0', 'text', [...OWN, 'OpenAI', 'Kling', 'fal', 'Replicate', 'AI SDK', 'AI Gateway']],
  ['kling-3.0', 'image', [...OWN, 'OpenAI', 'Kling', 'fal', 'Replicate', 'AI SDK', 'AI Gateway']],
  ['kling-o3', 'text', [...OWN, 'OpenAI', 'Kling', 'fal', 'Replicate', 'AI SDK']],
  ['kling-o3', 'references', [...OWN, 'Kling', 'fal', 'Replicate']],
  ['kling-o3', 'edit', [...OWN, 'Kling', 'fal', 'Replicate']],
  ['kling-motion-control', undefined, [...OWN, 'Kling', 'fal']],
])('the page of %s, mode %s: each way to order orders', async (model, mode, names) => {
  const found = await copied(`models/${model}`, '[role=tab]', '[role=tabpanel] pre', mode);
  expect(found.map(({ name }) => name)).toEqual(names);
  await allWork(found, model, MODES[mode ?? 'motion']);
});

test('the guides of Developers order, and the receiver believes only what is signed', async () => {
  const found = await copied(
    'developers',
    'fieldset:has(legend:text-is("Library")) label',
    '[aria-label=Code] pre',
  );
  const named = (wanted: string) => found.find(({ name }) => name === wanted);
  const [receiver, assistant] = [named('Webhook receiver'), named('MCP')];
  await allWork(
    found.filter((each) => each !== receiver && each !== assistant),
    'kling-3.0',
  );
  await assists(assistant?.text ?? '');
  await receives(receiver?.text ?? '');
});

/** As a client reads its settings, with what it knows of the environment. */
async function assists(settings: string): Promise<void> {
  const { sluice } = McpSettings.parse(JSON.parse(settings)).mcpServers;
  const authorization = sluice.headers.Authorization.replace(/\$\{SLUICE_KEY\}/, house.studio.key);
  const client = new Client({ name: 'an-assistant', version: '1.0.0' });
  const requestInit = { headers: { authorization } };
  // The package's two declarations of a transport disagree under exact optional properties.
  await client.connect(new StreamableHTTPClientTransport(new URL(sluice.url), { requestInit }) as Transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('generate_video');
  await client.close();
}

const McpSettings = z.object({
  mcpServers: z.object({
    sluice: z.object({
      type: z.literal('http'),
      url: z.url(),
      headers: z.object({ Authorization: z.string() }),
    }),
  }),
});

async function receives(text: string): Promise<void> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', LOADER, await program(text)], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: String(port), SLUICE_WEBHOOK_SECRET: SECRET },
  });
  const said = once(child.stdout, 'data');
  const event = { id: 'evt_1', object: 'event', type: 'task.completed', data: { id: 'task_1' } };
  const body = JSON.stringify({ ...event, created_at: new Date().toISOString() });
  const at = new Date();
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(SECRET).sign('evt_1', at, body),
  };
  const post = (signed: Record<string, string>) =>
    vi.waitFor(() => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers: signed }), 20_000);
  expect((await post(headers)).status).toBe(204);
  expect(String((await said)[0])).toContain('task.completed task_1');
  expect((await post({ ...headers, 'webhook-id': 'evt_2' })).status).toBe(400);
  child.kill('SIGKILL');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
