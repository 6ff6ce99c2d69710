/**
 * For vitest: one test server for the whole run, started when the first test file asks for a database, so
 * that a run of pure tests costs nothing. Test files are in other processes; they ask over a socket on the
 * loopback.
 */
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startTestServer, type TestServer } from './server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    testServerPort: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<TestServer> | null = null;
  const door = createServer((socket) => {
    socket.on('error', () => {});
    starting ??= startTestServer();
    starting.then(
      ({ adminUrl }) => socket.end(JSON.stringify({ adminUrl })),
      (error: unknown) => socket.end(JSON.stringify({ failure: String(error) })),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  project.provide('testServerPort', address.port);
  return async () => {
    await new Promise((resolve) => door.close(resolve));
    const server = await (starting as Promise<TestServer> | null)?.catch(() => null);
    await server?.stop();
  };
}
