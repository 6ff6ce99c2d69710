/** Orders a clip through the gateway's MCP server, as an assistant would, with the official client. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const url = new URL(`${process.env.SLUICE_URL ?? 'http://127.0.0.1:8080'}/mcp`);
const requestInit = { headers: { authorization: `Bearer ${process.env.SLUICE_KEY}` } };
const client = new Client({ name: 'example', version: '1.0.0' });
await client.connect(
  new StreamableHTTPClientTransport(url, { requestInit }) as Parameters<typeof client.connect>[0],
);

const { tools } = await client.listTools();
console.log(tools.map(({ name }) => name).join(' '));

type Result = { structuredContent?: { task_id?: string; status?: string }; content: { text?: string }[] };
const order = { model: 'kling-3.0', prompt: 'a fox in the snow', duration: 5, quality: '720p' };
const made = (await client.callTool({ name: 'generate_video', arguments: order })) as Result;
const waiting = { name: 'wait_for_task', arguments: { task_id: made.structuredContent?.task_id } };
const onprogress = ({ progress }: { progress: number }): void => console.log(`${progress} %`);

let waited = (await client.callTool(waiting, undefined, { onprogress })) as Result;
while (/pending|processing/.test(waited.structuredContent?.status ?? '')) {
  waited = (await client.callTool(waiting, undefined, { onprogress })) as Result;
}
console.log(waited.content[0]?.text);
await client.close();
