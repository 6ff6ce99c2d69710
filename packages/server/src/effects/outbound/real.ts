/** The way out over real sockets: settings in, parts put together. The promises are those of `outbound.ts`. */
import type { Clock } from '../clock/clock.ts';
import { type AllowLists, readAllowList } from './allow.ts';
import { createConnections } from './connections.ts';
import { createDialler } from './dial.ts';
import type { Outbound } from './outbound.ts';
import { outboundOver } from './over.ts';
import { createResolver, type ResolveHost, systemResolve } from './resolve.ts';
import { createSender } from './send.ts';
import type { OwnDoors } from './target.ts';

export type OutboundOptions = {
  clock: Clock;
  /** Internal targets that the operator wants; see `allow.ts` for the two lists. */
  allow: AllowLists;
  /** Ports beside 80, 443, 8080 and 8443. Allow-listed targets may use any port from 1024 up. */
  allowedPorts?: readonly number[];
  /** Plain http to public addresses. Allow-listed targets may always use it. */
  allowHttp: boolean;
  /** This gateway's own doors; asked per request, because ports are known only after listening. */
  own?: () => OwnDoors;
  /** Instead of the platform's look-up. */
  resolve?: ResolveHost;
  /** Certificate authorities instead of the platform's, for upstreams behind a private one. */
  tls?: { ca?: readonly string[] };
};

export type RealOutbound = Outbound & { close(): Promise<void> };

const NO_DOORS: OwnDoors = { origins: [], ports: [] };

export function createOutbound(options: OutboundOptions): RealOutbound {
  const connections = createConnections(createDialler(options.tls ?? {}));
  const send = createSender(
    options.clock,
    {
      allow: {
        configured: readAllowList(options.allow.configured),
        given: readAllowList(options.allow.given),
      },
      allowHttp: options.allowHttp,
      allowedPorts: options.allowedPorts ?? [],
      own: options.own ?? (() => NO_DOORS),
    },
    createResolver(options.resolve ?? systemResolve, options.clock),
    connections,
  );

  return { ...outboundOver(options.clock, send), close: () => connections.close() };
}
