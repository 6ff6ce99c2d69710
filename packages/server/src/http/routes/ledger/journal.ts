/** Streams the journal: as fast as its reader reads, in constant memory for any length of history. */
import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { createJournal } from '../../../lifecycle/operate/journal.ts';
import type { HttpContext } from '../../context.ts';

export function sendJournal(context: HttpContext, reply: FastifyReply): void {
  const out = new PassThrough();
  void write(context, out);
  reply
    .status(200)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('content-disposition', 'attachment; filename="sluice.journal"')
    .send(out);
}

/** An error in the middle breaks the connection off: a journal that ends early must not look like a whole one. */
async function write(context: HttpContext, out: PassThrough): Promise<void> {
  const journal = createJournal();
  try {
    await put(out, journal.head());
    await context.store.accounts.exportLedger((page) =>
      put(out, page.map((row) => journal.entry(row)).join('')),
    );
    await put(out, journal.end());
    out.end();
  } catch (error) {
    const readerLeft = out.destroyed;
    if (!readerLeft)
      context.telemetry.log('error', 'the journal could not be written', { error: String(error) });
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

async function put(out: PassThrough, text: string): Promise<void> {
  if (out.destroyed) throw new Error('the reader of the journal has gone');
  if (out.write(text)) return;
  await new Promise<void>((resolve) => {
    out.once('drain', resolve);
    out.once('close', resolve);
  });
}
