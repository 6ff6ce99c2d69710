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

type State = {
  connect: () => pg.Client;
  clock: Clock;
  onTrouble: (error: Error) => void;
  handlers: Map<string, Set<Handler>>;
  closing: AbortController;
  client: pg.Client | null;
  /** The attempt that is under way, if any: never two at once. */
  connecting: Promise<void> | null;
};

export function listener(
  connect: () => pg.Client,
  clock: Clock,
  onTrouble: (error: Error) => void,
): Listener {
  const state: State = {
    connect,
    clock,
    onTrouble,
    handlers: new Map(),
    closing: new AbortController(),
    client: null,
    connecting: null,
  };
  return {
    listen: (channel, onNotify) => listen(state, channel, onNotify),
    close: async () => {
      state.closing.abort();
      await state.connecting?.catch(() => {});
      await state.client?.end();
    },
  };
}

async function listen(state: State, channel: string, onNotify: Handler): Promise<Subscription> {
  const set = state.handlers.get(channel) ?? new Set();
  const isNew = set.size === 0;
  state.handlers.set(channel, set.add(onNotify));
  try {
    await subscribe(state, channel, isNew);
  } catch (error) {
    await unlisten(state, channel, onNotify);
    throw error;
  }
  return { close: () => unlisten(state, channel, onNotify) };
}

async function subscribe(state: State, channel: string, isNew: boolean): Promise<void> {
  const { client } = state;
  if (!client) return await connectBy(state, open);
  if (!isNew) return;
  // When this fails the connection is gone, and making it again includes this channel.
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`).catch(state.onTrouble);
}

async function unlisten(state: State, channel: string, handler: Handler): Promise<void> {
  const set = state.handlers.get(channel);
  set?.delete(handler);
  if (!set || set.size > 0) return;
  state.handlers.delete(channel);
  const { client } = state;
  await client?.query(`UNLISTEN ${client.escapeIdentifier(channel)}`).catch(() => {});
}

function connectBy(state: State, means: (state: State) => Promise<void>): Promise<void> {
  state.connecting ??= means(state).finally(() => {
    state.connecting = null;
  });
  return state.connecting;
}

async function open(state: State): Promise<void> {
  const client = state.connect();
  client.on('error', state.onTrouble);
  client.on('notification', ({ channel, payload }) => announce(state, channel, payload ?? ''));
  try {
    await client.connect();
    for (const channel of state.handlers.keys()) {
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  state.client = client;
  client.once('end', () => {
    state.client = null;
    if (!state.closing.signal.aborted && state.handlers.size > 0) void connectBy(state, reopen);
  });
}

/** Tries until it works or we close; then everybody hears that something may have been missed. */
async function reopen(state: State): Promise<void> {
  const { signal } = state.closing;
  for (let waitMs = RECONNECT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS)) {
    await state.clock.sleep(waitMs, signal);
    if (signal.aborted) return;
    try {
      await open(state);
      for (const channel of state.handlers.keys()) announce(state, channel, null);
      return;
    } catch (error) {
      state.onTrouble(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function announce(state: State, channel: string, payload: string | null): void {
  for (const handler of state.handlers.get(channel) ?? []) handler(payload);
}
