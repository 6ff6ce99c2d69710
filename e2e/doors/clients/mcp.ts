/** The official client of the Model Context Protocol, over both transports: `sluice mcp`, and `/mcp`. */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type DoorJudge, type DoorWorld, expectStored, expectThat } from '../judge.ts';

type At = { url: string; key: string };
type Connect = (at: At) => Promise<Client>;

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = `${PROJECT}packages/cli/src/main.ts`;
const LOADER = fileURLToPath(import.meta.resolve('tsx'));

const byStdio: Connect = async ({ url, key }) => {
  const client = new Client({ name: 'judge', version: '1' });
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, SLUICE_URL: url, SLUICE_KEY: key };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: ['--import', LOADER, CLI, 'mcp'], env }),
  );
  return client;
};

const byHttp: Connect = async ({ url, key }) => {
  const client = new Client({ name: 'judge', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
};

type Result = {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: { type: string; text?: string; uri?: string }[];
};

function judgeOf(client: string, connect: Connect): DoorJudge {
  const known = new Map<string, Promise<Client>>();
  const open = (at: At) => {
    const made = known.get(at.key) ?? connect(at);
    known.set(at.key, made);
    return made;
  };
  const call = async (at: At, name: string, args: object): Promise<Result> =>
    (await (await open(at)).callTool({ name, arguments: { ...args } })) as Result;
  const order = (prompt: string) => ({ model: 'kling-3.0', prompt, duration: 5, quality: '720p' });
  const make = async (at: At, prompt: string, more: object = {}) => {
    const made = await call(at, 'generate_video', { ...order(prompt), ...more });
    return String(made.structuredContent?.task_id);
  };
  const finish = async (world: DoorWorld, id: string): Promise<Result> => {
    for (;;) {
      const waited = await call(world, 'wait_for_task', { task_id: id, timeout_seconds: 20 });
      if (!/pending|processing/.test(String(waited.structuredContent?.status))) return waited;
    }
  };
  return {
    client,
    operations: {
      'text-to-video': async (world) => {
        const { tools } = await (await open(world)).listTools();
        expectThat(
          tools.every(({ description, annotations }) => description && annotations),
          'told apart',
        );
        const id = await make(world, `${client}, by words`);
        expectThat((await make(world, `${client}, by words`)) === id, 'the same call is the same task');
        expectThat((await make(world, `${client}, by words`, { take: 2 })) !== id, 'another take is another');
        const quote = await call(world, 'quote', order('priced'));
        expectThat(quote.structuredContent?.covered === true, 'and priced');
        const paths = await call(world, 'compare_paths', order('compared'));
        expectThat(paths.content[0]?.text?.includes('taken now'), 'and compared');
        const all = await call({ ...world, key: world.operatorKey }, 'compare_paths', order('compared'));
        expectThat(/kling-sandbox/.test(JSON.stringify(all.structuredContent?.paths)), JSON.stringify(all));
        expectThat(
          /replicate/.test(JSON.stringify(all.structuredContent?.paths)),
          'vendors without a path too',
        );
      },
      'image-to-video': async (world) => {
        const { id } = await world.sluice.files.upload(world.picture, { contentType: 'image/png' });
        const image_start = `file:${id}`;
        const made = await call(world, 'quote', { ...order(`${client}, by a picture`), image_start });
        expectThat(made.structuredContent?.mode === 'image-to-video', JSON.stringify(made));
      },
      wait: async (world) => {
        const id = await make(world, `${client}, waited for`);
        const seen: number[] = [];
        const args = { name: 'wait_for_task', arguments: { task_id: id } };
        const onprogress = ({ progress }: { progress: number }): void => void seen.push(progress);
        const waited = (await (await open(world)).callTool(args, undefined, { onprogress })) as Result;
        expectThat(waited.structuredContent?.status === 'completed', JSON.stringify(waited));
        expectThat(seen.length > 0, 'progress was told');
      },
      download: async (world) => {
        const id = await make(world, `${client}, to be kept`);
        const done = await finish(world, id);
        const link = done.content.find(({ type }) => type === 'resource_link');
        const clip = await fetch(String(link?.uri));
        await expectStored(world, id, new Uint8Array(await clip.arrayBuffer()));
      },
      list: async (world) => {
        const { structuredContent } = await call(world, 'list_models', {});
        expectThat(JSON.stringify(structuredContent).includes('kling-o3'), 'models, which is what it lists');
      },
      cancel: async (world) => {
        await world.whilePaused(async () => {
          const id = await make(world, `${client}, not wanted`);
          const ended = await call(world, 'cancel_task', { task_id: id });
          expectThat(ended.structuredContent?.outcome === 'canceled', JSON.stringify(ended));
          const { structuredContent } = await call(world, 'get_task', { task_id: id });
          expectThat(structuredContent?.status === 'cancelled', 'and stays so');
        });
      },
      'moderated failure': async (world) => {
        const failed = await finish(world, await make(world, `a boat [moderate] ${client}`));
        expectThat(failed.isError && failed.content[0]?.text?.includes('moderated'), JSON.stringify(failed));
      },
      'insufficient balance': async ({ url, poorKey }) => {
        const refused = await call({ url, key: poorKey }, 'generate_video', order('for nothing'));
        expectThat(
          refused.isError && refused.content[0]?.text?.startsWith('insufficient_balance'),
          'refused',
        );
      },
      'unknown model': async (world) => {
        const refused = await call(world, 'generate_video', { ...order('x'), model: 'kling-9' });
        expectThat(refused.isError && refused.content[0]?.text?.startsWith('unknown_model'), 'refused');
      },
    },
    create: null,
  };
}

export const mcpByStdio = judgeOf('MCP SDK 1.32, stdio', byStdio);
export const mcpByHttp = judgeOf('MCP SDK 1.32, HTTP', byHttp);
