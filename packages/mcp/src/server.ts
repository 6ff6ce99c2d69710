/**
 * The tools, put together over a client of the gateway. What a tool orders is named by its session, its arguments and
 * its take, so a call that is repeated, by the transport or by the model behind it, is the same order: it gets the task
 * that is there and never buys a second render. If we die after the order, the next call with the same words finds it.
 */
import { createHash } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Sluice } from '@sluice/sdk';
import { addOrderTools } from './order-tools.ts';
import { addTaskTools } from './task-tools.ts';

export type McpOptions = {
  client: Sluice;
  /** The same for all calls of one conversation; another one orders anew. */
  session: string;
  version: string;
};

export type Tools = { server: McpServer; client: Sluice; orderKey(words: unknown): string };

const INSTRUCTIONS =
  'Sluice makes video clips with AI models and charges an account for them. Ask for quote before generate_video when ' +
  'the price matters. generate_video answers at once with a task; wait_for_task follows it to its clip, which takes ' +
  'minutes. Repeating generate_video with the same arguments gives the same task; set take to 2, 3, … for another.';

export function createMcpServer({ client, session, version }: McpOptions): McpServer {
  const server = new McpServer({ name: 'sluice', title: 'Sluice', version }, { instructions: INSTRUCTIONS });
  const orderKey = (words: unknown): string =>
    `mcp-${createHash('sha256')
      .update(`${session}\n${JSON.stringify(words)}`)
      .digest('hex')
      .slice(0, 40)}`;
  const tools: Tools = { server, client, orderKey };
  addOrderTools(tools);
  addTaskTools(tools);
  return server;
}
