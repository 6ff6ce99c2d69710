/** `sluice mcp`: the gateway as tools of the Model Context Protocol, over standard input and output. */
import { randomUUID } from 'node:crypto';
import { connectStdio } from '@sluice/mcp';
import type { Register } from '../invocation.ts';

export const register: Register = (command, context) => {
  command.action(async (_flags: object, invoked) => {
    const { connect } = context.begin(invoked);
    // A client starts one of these for each of its sessions.
    await connectStdio({ client: await connect(), session: randomUUID(), version: '0.1.0' });
  });
};
