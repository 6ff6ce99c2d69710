/**
 * A client's webhook receiver as a process of its own: what arrives is on the disk before it is answered, and then
 * told to whoever started it. While it is told to fail, it answers with that status and keeps nothing.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Told = z.object({ do: z.literal('fail'), status: z.int(), times: z.int() });

const log = openSync(z.string().parse(process.env.E2E_RECEIVER_LOG), 'a');
let failing = { status: 500, times: 0 };

const server = createServer((request, response) => {
  const take = async (): Promise<void> => {
    const body = await text(request);
    if (failing.times > 0) {
      failing.times -= 1;
      response.writeHead(failing.status).end();
      return;
    }
    const received = { at: Date.now(), path: request.url ?? '/', headers: request.headers, body };
    writeSync(log, `${JSON.stringify(received)}\n`);
    fsyncSync(log);
    process.send?.({ kind: 'received', ...received });
    response.writeHead(204).end();
  };
  take().catch(() => response.destroy());
});

process.on('message', (raw) => {
  failing = Told.parse(raw);
});
process.on('disconnect', () => {
  closeSync(log);
  process.exit(0);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ kind: 'ready', url: `http://127.0.0.1:${port}/hooks` });
});
