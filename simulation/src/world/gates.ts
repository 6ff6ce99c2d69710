/** The effects of one life of a node, each behind the scheduler. What a stage calls stays what it is. */
import type { Blobs, Incoming } from '@sluice/server/effects/blobs/blobs.ts';
import type { Outbound, OutboundRequest } from '@sluice/server/effects/outbound/outbound.ts';
import type { Store } from '@sluice/server/store/store.ts';
import type { EffectKind } from '../schedule/scheduler.ts';

export type Enter = <T>(kind: EffectKind, label: string, run: () => Promise<T>) => Promise<T>;

/** Each method of each store is one effect. */
export function gatedStore(store: Store, enter: Enter): Store {
  const gated = { ...store };
  for (const name of Object.keys(store)) {
    const group: unknown = Reflect.get(store, name);
    if (typeof group === 'object' && group !== null) Reflect.set(gated, name, gatedGroup(name, group, enter));
  }
  return gated;
}

function gatedGroup(name: string, group: object, enter: Enter): object {
  const gated: Record<string, (...values: unknown[]) => Promise<unknown>> = {};
  for (const [method, value] of Object.entries(group)) {
    if (typeof value !== 'function') throw new Error(`store.${name}.${method} is no method`);
    gated[method] = (...values) =>
      enter('store', `${name}.${method}`, async () => Reflect.apply(value, group, values));
  }
  return gated;
}

/**
 * A request leaves when its turn comes; its answer is heard when that turn comes. What lies between takes its own
 * time.
 */
export function gatedOutbound(
  outbound: Outbound,
  enter: Enter,
  onLeaving: (request: OutboundRequest) => void,
): Outbound {
  async function carried<Answer>(request: OutboundRequest, send: () => Promise<Answer>): Promise<Answer> {
    const label = labelOf(request);
    onLeaving(request);
    // Wrapped, so that letting it leave does not wait for its answer.
    const { answer } = await enter('send', label, async () => ({ answer: send() }));
    const value = await answer;
    return enter('arrive', label, async () => value);
  }
  return {
    request: (request) => carried(request, () => outbound.request(request)),
    stream: (request) => carried(request, () => outbound.stream(request)),
  };
}

function labelOf({ method, url }: OutboundRequest): string {
  const { host, pathname, search } = new URL(url);
  return `${method} ${host}${pathname}${search.slice(0, 60)}`;
}

/** `spoolOf`: where this node spools a copy; nodes may share a folder or have one each. */
export function gatedBlobs(blobs: Blobs, enter: Enter, spoolOf: (copyId: string) => string): Blobs {
  const owns = new WeakMap<Incoming, Incoming>();
  const wrap = (copyId: string, incoming: Incoming): Incoming => {
    const gated: Incoming = {
      ...incoming,
      copyId,
      append: (chunk) => enter('blobs', `append ${copyId}`, () => incoming.append(chunk)),
      reset: () => enter('blobs', `reset ${copyId}`, () => incoming.reset()),
      discard: () => enter('blobs', `discard ${copyId}`, () => incoming.discard()),
    };
    owns.set(gated, incoming);
    return gated;
  };
  return {
    ...blobs,
    freeBytes: () => enter('blobs', 'freeBytes', () => blobs.freeBytes()),
    receive: async (copyId) =>
      wrap(copyId, await enter('blobs', `receive ${copyId}`, () => blobs.receive(spoolOf(copyId)))),
    publish: (incoming, key, options) =>
      enter('blobs', `publish ${key}`, () => blobs.publish(owns.get(incoming) ?? incoming, key, options)),
    size: (key) => enter('blobs', `size ${key}`, () => blobs.size(key)),
    read: (key, range) => enter('blobs', `read ${key}`, () => blobs.read(key, range)),
    remove: (key) => enter('blobs', `remove ${key}`, () => blobs.remove(key)),
  };
}
