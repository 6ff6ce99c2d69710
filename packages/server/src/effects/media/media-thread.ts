/**
 * The thread that looks into files. Parsers of foreign formats can be sent around in circles, and a large picture
 * takes a second; here neither holds up a request, and whoever waits too long ends the thread.
 */
import { parentPort } from 'node:worker_threads';
import { probeClip } from './container.ts';
import type { ByteReader } from './media.ts';
import { drawPoster, readFirstPicture } from './poster.ts';
import { FromThread, ToThread, type Work } from './thread-messages.ts';

// What parsers print about broken files is nobody's; and read by our owner, it would keep the whole process alive.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

const asked = new Map<number, (bytes: Uint8Array | null) => void>();
let questions = 0;

function say(message: FromThread): void {
  parentPort?.postMessage(FromThread.parse(message));
}

function remoteReader(size: number): ByteReader {
  return {
    size,
    read: async (start, end) => {
      questions += 1;
      const nth = questions;
      say({ kind: 'read', nth, start, end });
      const bytes = await new Promise<Uint8Array | null>((resolve) => asked.set(nth, resolve));
      asked.delete(nth);
      if (bytes === null) throw new Error('the bytes cannot be had');
      return bytes;
    },
  };
}

async function look(work: Work, reader: ByteReader): Promise<unknown> {
  switch (work.kind) {
    case 'facts':
      return probeClip(reader);
    case 'first_picture':
      return readFirstPicture(reader);
    case 'poster':
      return drawPoster(work.picture, work.maxWidth);
  }
}

parentPort?.on('message', (raw: unknown) => {
  const message = ToThread.parse(raw);
  if (message.kind === 'bytes') {
    asked.get(message.nth)?.(message.bytes);
    return;
  }
  look(message.work, remoteReader(message.size)).then(
    (result) => say({ kind: 'done', result }),
    (error: unknown) =>
      say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
say({ kind: 'ready' });
