/** The network of a world: which far ends there are, and what becomes of requests on their way. */
import type { VirtualClock } from '@sluice/server/effects/clock/virtual.ts';
import type { Outbound } from '@sluice/server/effects/outbound/outbound.ts';
import {
  type FarEnd,
  type FarRequest,
  type OutboundFault,
  virtualOutbound,
} from '@sluice/server/effects/outbound/virtual.ts';
import type { Dice } from '../dice.ts';
import type { Climate } from './climate.ts';
import type { Receivers } from './receivers.ts';
import type { Upstream } from './upstream.ts';

export type Network = { outbound: Outbound; heal(): void };

export type NetworkOptions = {
  clock: VirtualClock;
  startMs: number;
  dice: Dice;
  climate: Climate;
  upstream: Upstream;
  receivers: Receivers;
  hit(point: string): void;
};

export function createNetwork(options: NetworkOptions): Network {
  const { clock, startMs, dice, climate, upstream, receivers, hit } = options;
  const { network } = climate;
  let healed = false;

  function outage(request: FarRequest): OutboundFault | null {
    const passedMs = clock.now() - startMs;
    const { origin } = new URL(request.url);
    const vendor = upstream.at(origin);
    const now = vendor?.outages.find(({ fromMs, untilMs }) => passedMs >= fromMs && passedMs < untilMs);
    if (!vendor || !now || origin !== vendor.apiOrigin) return null;
    hit(`outage ${now.kind}`);
    if (now.kind === 'refused') return { kind: 'not_sent', reason: 'connect_refused' };
    if (now.kind === 'silent') return { kind: 'lost_before', reason: 'timeout' };
    if (request.method === 'POST') vendor.refuseNext(now.kind);
    return null;
  }

  function fault(request: FarRequest): OutboundFault | null {
    if (healed) return null;
    const drawn = outage(request) ?? drawFault();
    if (drawn) hit(`network ${drawn.kind}${'reason' in drawn ? ` ${drawn.reason}` : ''}`);
    return drawn;
  }

  function drawFault(): OutboundFault | null {
    if (dice.chance(network.notSentRate)) {
      return {
        kind: 'not_sent',
        reason: dice.pick(['connect_refused', 'connect_timeout', 'dns', 'tls'] as const),
      };
    }
    if (dice.chance(network.lostBeforeRate)) return { kind: 'lost_before', reason: 'reset' };
    if (dice.chance(network.silentRate)) {
      return { kind: dice.chance(0.5) ? 'lost_before' : 'lost_after', reason: 'timeout' };
    }
    if (dice.chance(network.lostAfterRate)) return { kind: 'lost_after', reason: 'reset' };
    return dice.chance(network.cutRate) ? { kind: 'cut', afterBytes: dice.whole(0, 400) } : null;
  }

  function farEnd(origin: string): FarEnd | undefined {
    const vendor = upstream.at(origin);
    return vendor ? upstream.farEnd(vendor) : receivers.farEnd(origin);
  }

  return {
    outbound: virtualOutbound({
      clock,
      farEnd,
      fault,
      latencyMs: () => (network.latencyMs === 0 ? 0 : dice.whole(0, network.latencyMs)),
    }),
    heal: () => {
      healed = true;
    },
  };
}
