/** The address policy as a question, for forms: would a request to this address leave? Nothing is sent. */
import { networkInterfaces } from 'node:os';
import { readAllowList } from './allow.ts';
import type { OutboundOptions } from './real.ts';
import { systemResolve } from './resolve.ts';
import { judgeTarget, readTarget } from './target.ts';

/**
 * Null when the address may be called. The words say nothing about what lies behind it: whoever asks may be probing the
 * network.
 */
export function addressPolicy(options: OutboundOptions): (url: string) => Promise<string | null> {
  const resolve = options.resolve ?? systemResolve;
  return async (url) => {
    const target = readTarget(url);
    if ('refused' in target) return target.refused;
    const addresses = await resolve(target.host).catch(() => []);
    const why = judgeTarget(target, addresses, {
      allow: readAllowList(options.allow.given),
      allowHttp: options.allowHttp,
      allowedPorts: options.allowedPorts ?? [],
      own: options.own?.() ?? { origins: [], ports: [] },
      ownAddresses: Object.values(networkInterfaces()).flatMap((list) =>
        (list ?? []).map(({ address }) => address),
      ),
    });
    return why === null ? null : 'the address does not lead to a public https server';
  };
}
