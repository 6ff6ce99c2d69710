/**
 * The operator's allow lists: internal targets that are all right. There are two, and neither helps the
 * other: `configured` for addresses that the operator wrote (a path's base URL on the own network), `given`
 * for addresses that came from a client or an upstream (only a sandbox has a reason to fill it).
 */
import ipaddr from 'ipaddr.js';
import { readAddress } from './address.ts';

export type AllowLists = { configured: readonly string[]; given: readonly string[] };

export type AllowList = {
  /** The name itself is trusted, wherever it points. */
  hasHost(host: string): boolean;
  hasAddress(address: string): boolean;
};

/**
 * Entries are CIDR blocks (`127.0.0.1/8`), single addresses, or exact host names (`emulator`,
 * `minio.lan`). Throws with a plain sentence on anything else, so that a typing error stops the start.
 */
export function readAllowList(entries: readonly string[]): AllowList {
  const blocks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  const hosts = new Set<string>();
  for (const entry of entries) {
    const text = entry.trim().toLowerCase();
    if (ipaddr.isValidCIDR(text)) {
      blocks.push(ipaddr.parseCIDR(text));
      continue;
    }
    const address = readAddress(text.replace(/^\[(.*)\]$/, '$1'));
    if (address) blocks.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    else if (isHostName(text)) hosts.add(bareHost(text));
    else throw new Error(`"${entry}" is neither an address block like 10.0.0.0/8 nor a host name.`);
  }
  return {
    hasHost: (host) => hosts.has(bareHost(host)),
    hasAddress: (address) => {
      const parsed = readAddress(address);
      if (parsed === null) return false;
      return blocks.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
    },
  };
}

/** `Name.Example.` and `name.example` are one host. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/\.+$/, '');
}

function isHostName(text: string): boolean {
  if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/.test(text)) return false;
  // A name never ends in a number: that would be a broken address such as 10.0.0 or 256.1.1.1.
  return !/(^|\.)[0-9]+\.?$/.test(text);
}
