/** For tests: a process that starts a throw-away server, says where it is, and waits to be killed. */
import { startTemporaryServer } from '../temporary.ts';

export type Said = { adminUrl: string };

const { adminUrl } = await startTemporaryServer();
process.stdout.write(`${JSON.stringify({ adminUrl } satisfies Said)}\n`);
process.stdin.resume();
