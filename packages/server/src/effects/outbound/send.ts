/**
 * Sends one hop: look the name up, judge every place behind it, connect to a judged place, write once.
 * Whatever fails before the write is `not_sent`, whatever fails after it is `lost`.
 */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import type { AllowList } from './allow.ts';
import type { Connection, Connections } from './connections.ts';
import { type Exchanged, exchange } from './exchange.ts';
import type { Hop } from './hop.ts';
import type { OutboundFailure, OutboundLimits } from './outbound.ts';
import type { Resolver } from './resolve.ts';
import { judgeTarget, type OwnDoors } from './target.ts';
import type { Watch } from './watch.ts';

export type SendRules = {
  allow: { configured: AllowList; given: AllowList };
  allowHttp: boolean;
  allowedPorts: readonly number[];
  own: () => OwnDoors;
};

export type Head = Extract<Exchanged, { kind: 'head' }>;
export type SendHop = (hop: Hop, watch: Watch, limits: OutboundLimits) => Promise<Head | OutboundFailure>;

type Found = { kind: 'found'; addresses: readonly string[] };

const MOST_ADDRESSES_TRIED = 4;
const INTERFACES_KEPT_MS = 10_000;

export function createSender(
  clock: Clock,
  rules: SendRules,
  resolver: Resolver,
  connections: Connections,
): SendHop {
  const ownAddresses = createInterfaces(clock);

  async function findAddresses(hop: Hop, watch: Watch): Promise<Found | OutboundFailure> {
    const { host } = hop.target;
    const found = isIP(host) === 0 ? await resolver.addressesOf(host, watch.signal) : [host];
    if (found === 'gave_up') return unsent(watch, `no address for ${host} in time`);
    if (found === 'unknown') return { kind: 'not_sent', reason: 'dns', detail: `no address for ${host}` };
    const refused = judgeTarget(hop.target, found, {
      allow: rules.allow[hop.trust],
      allowHttp: rules.allowHttp,
      allowedPorts: rules.allowedPorts,
      own: rules.own(),
      ownAddresses: ownAddresses(),
    });
    if (refused !== null) return { kind: 'not_sent', reason: 'address_blocked', detail: refused };
    return { kind: 'found', addresses: found.slice(0, MOST_ADDRESSES_TRIED) };
  }

  async function dialFirst(
    hop: Hop,
    addresses: readonly string[],
    watch: Watch,
    limits: OutboundLimits,
  ): Promise<Connection | OutboundFailure> {
    let last: OutboundFailure = { kind: 'not_sent', reason: 'dns', detail: 'no address' };
    for (const address of addresses) {
      const dial = (signal: AbortSignal) => connections.dial(hop.target, address, signal);
      const dialled =
        addresses.length === 1
          ? await dial(watch.signal)
          : await inShare(clock, limits.connectMs / addresses.length, watch.signal, dial);
      if ('client' in dialled) return dialled;
      if (watch.signal.aborted) return unsent(watch, dialled.detail);
      last = { kind: 'not_sent', reason: dialled.reason, detail: dialled.detail };
    }
    resolver.forget(hop.target.host);
    return last;
  }

  return async (hop, watch, limits) => {
    const found = await findAddresses(hop, watch);
    if (found.kind !== 'found') return found;
    const mayReuse = hop.wire.method === 'GET' || hop.wire.method === 'HEAD';
    while (mayReuse && !watch.signal.aborted) {
      const idle = connections.takeIdle(hop.target, found.addresses);
      if (!idle) break;
      // The far end may have closed it meanwhile. As long as no byte was written, another one will do.
      const exchanged = await exchange(idle, hop.wire, watch);
      if (exchanged.kind !== 'unsent') return exchanged;
    }
    const dialled = await dialFirst(hop, found.addresses, watch, limits);
    if (!('client' in dialled)) return dialled;
    const exchanged = await exchange(dialled, hop.wire, watch);
    return exchanged.kind === 'unsent' ? unsent(watch, exchanged.detail) : exchanged;
  };
}

/** A dead first address must not eat the whole time: each gets its share, none gets a byte. */
async function inShare<T>(
  clock: Clock,
  shareMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = new AbortController();
  const done = new AbortController();
  void clock.sleep(shareMs, done.signal).then(() => overdue.abort());
  const outcome = await work(AbortSignal.any([outer, overdue.signal]));
  done.abort();
  return outcome;
}

function unsent(watch: Watch, detail: string): OutboundFailure {
  if (!watch.signal.aborted) return { kind: 'not_sent', reason: 'connect_refused', detail };
  const reason = watch.cause() === 'timeout' ? 'connect_timeout' : 'aborted';
  return { kind: 'not_sent', reason, detail };
}

/** This machine's own addresses. Asking the kernel takes up to a millisecond, so the list is kept a while. */
function createInterfaces(clock: Clock): () => readonly string[] {
  let readAt = Number.NEGATIVE_INFINITY;
  let addresses: readonly string[] = [];
  return () => {
    if (clock.monotonic() - readAt < INTERFACES_KEPT_MS) return addresses;
    readAt = clock.monotonic();
    addresses = Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).map(({ address }) => address),
    );
    return addresses;
  };
}
