/** Notifications: one dedicated connection for all channels, made again for as long as anybody listens. */
import type pg from 'pg';
import type { Clock } from '../effects/clock/clock.ts';
import type { Subscription } from './database.ts';

type Handler = (payload: string | null) => void;

export type Listener = {
  listen(channel: string, onNotify: Handler): Promise<Subscription>;
  close(): Promise<void>;
};

const RECONNECT_MS = 250;
const RECONNECT_MAX_MS = 10_000;

export function listener(
  connect: () => pg.Client,
  clock: Clock,
  onTrouble: (error: Error) => void,
): Listener {
  const handlers = new Map<string, Set<Handler>>();
  const closing = new AbortController();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;

  async function open(): Promise<void> {
    const fresh = connect();
    fresh.on('error', onTrouble);
    fresh.on('notification', ({ channel, payload }) => announce(channel, payload ?? ''));
    try {
      await fresh.connect();
      for (const channel of handlers.keys()) await fresh.query(`LISTEN ${fresh.escapeIdentifier(channel)}`);
    } catch (error) {
      await fresh.end().catch(() => {});
      throw error;
    }
    client = fresh;
    fresh.once('end', () => {
      client = null;
      if (!closing.signal.aborted && handlers.size > 0) void connectBy(reconnect);
    });
  }

  /** One attempt at a time, whoever asks for it. */
  function connectBy(means: () => Promise<void>): Promise<void> {
    connecting ??= means().finally(() => {
      connecting = null;
    });
    return connecting;
  }

  async function reconnect(): Promise<void> {
    for (
      let waitMs = RECONNECT_MS;
      !closing.signal.aborted;
      waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS)
    ) {
      await clock.sleep(waitMs, closing.signal);
      try {
        await open();
        for (const channel of handlers.keys()) announce(channel, null);
        return;
      } catch (error) {
        onTrouble(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  function announce(channel: string, payload: string | null): void {
    for (const handler of handlers.get(channel) ?? []) handler(payload);
  }

  async function unlisten(channel: string, handler: Handler): Promise<void> {
    const set = handlers.get(channel);
    set?.delete(handler);
    if (!set || set.size > 0) return;
    handlers.delete(channel);
    await client?.query(`UNLISTEN ${client.escapeIdentifier(channel)}`).catch(() => {});
  }

  async function subscribe(channel: string, isNew: boolean): Promise<void> {
    if (!client) return await connectBy(open);
    if (!isNew) return;
    // When this fails the connection is gone, and making it again includes this channel.
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`).catch(onTrouble);
  }

  return {
    async listen(channel, onNotify) {
      const set = handlers.get(channel) ?? new Set();
      const isNew = set.size === 0;
      handlers.set(channel, set.add(onNotify));
      try {
        await subscribe(channel, isNew);
      } catch (error) {
        await unlisten(channel, onNotify);
        throw error;
      }
      return { close: () => unlisten(channel, onNotify) };
    },
    async close() {
      closing.abort();
      await connecting?.catch(() => {});
      await client?.end();
    },
  };
}
