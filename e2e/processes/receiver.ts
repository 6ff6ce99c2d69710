/** A webhook receiver as a process with a log of its own. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';

const Received = z.object({
  at: z.number(),
  path: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: z.string(),
});
export type Received = z.infer<typeof Received>;

const Envelope = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({ id: z.string(), status: z.string() }).loose(),
});

export type Announcement = { webhookId: string; type: string; taskId: string; status: string; raw: Received };

export type Receiver = Child & {
  url: string;
  /** Everything that it acknowledged, from its log on the disk. */
  received(): Promise<Announcement[]>;
  onReceived(listener: (announcement: Announcement) => void): void;
  /** The next `times` deliveries are answered like this. */
  fail(status: number, times: number): void;
};

export async function startReceiver(options: { log: string; logFile: string }): Promise<Receiver> {
  const child = await startChild({
    entry: 'receiver',
    logFile: options.logFile,
    env: { E2E_RECEIVER_LOG: options.log },
  });
  const { url } = z.object({ url: z.string() }).parse(child.ready);
  return {
    ...child,
    url,
    received: async () =>
      (await readFile(options.log, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => announcementOf(JSON.parse(line))),
    onReceived: (listener) => child.onMessage('received', (message) => listener(announcementOf(message))),
    fail: (status, times) => child.say({ do: 'fail', status, times }),
  };
}

function announcementOf(line: unknown): Announcement {
  const raw = Received.parse(line);
  const { id, type, data } = Envelope.parse(JSON.parse(raw.body));
  const webhookId = raw.headers['webhook-id'];
  if (webhookId !== id) throw new Error(`webhook-id ${String(webhookId)} is not the event's id ${id}`);
  return { webhookId: id, type, taskId: data.id, status: data.status, raw };
}
