/** The far end of a request or a download: a plain HTTP server that answers at once, or sends a clip of any length. */
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClipMaker, picturesFor } from '@sluice/emulators';
import { z } from 'zod';
import { serveJobs } from './child.ts';

const Job = z.object({ job: z.object({ kind: z.literal('listen') }) });
const Wanted = z.object({ bytes: z.coerce.number().int(), rate: z.coerce.number().default(0) });

const STATUS_BODY = JSON.stringify({ code: 0, message: 'SUCCEED', request_id: 'r', data: 'x'.repeat(400) });
const BLOCK = Buffer.alloc(256 * 1024);
for (let index = 0; index < BLOCK.length; index += 1) BLOCK[index] = (index * 2_654_435_761) >>> 24;
/** A box header in front of what fills a clip up: `free`, whose length needs 64 bits when it is large. */
const FREE_HEADER = 16;

const clips = createClipMaker();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://far.invalid');
  request.resume();
  if (url.pathname === '/clip')
    return void sendClip(response, Wanted.parse(Object.fromEntries(url.searchParams)));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': STATUS_BODY.length });
  response.end(STATUS_BODY);
});
server.keepAliveTimeout = 60_000;

/** A real clip with an empty box behind it that makes it as long as wanted; `rate` in bytes per second, 0 for none. */
async function sendClip(response: ServerResponse, { bytes, rate }: z.infer<typeof Wanted>): Promise<void> {
  const clip = clips.make({
    width: 1280,
    height: 720,
    pictures: picturesFor(5),
    sound: false,
    seed: 'bench',
    still: true,
  });
  const header = Buffer.alloc(FREE_HEADER);
  const filler = bytes - clip.length;
  if (filler < FREE_HEADER) throw new Error(`a clip has at least ${clip.length + FREE_HEADER} bytes`);
  header.writeUInt32BE(1, 0);
  header.write('free', 4);
  header.writeBigUInt64BE(BigInt(filler), 8);
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes });
  response.write(clip);
  response.write(header);
  const startedAt = performance.now();
  for (let left = filler - FREE_HEADER; left > 0 && !response.destroyed; left -= BLOCK.length) {
    const dueMs = rate === 0 ? 0 : (1000 * (bytes - left)) / rate - (performance.now() - startedAt);
    if (dueMs > 1) await sleep(dueMs);
    const flowing = response.write(left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
    if (!flowing) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

serveJobs(Job, async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}` };
});
