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
  hasHost(host: string, port: number): boolean;
  hasAddress(address: string, port: number): boolean;
};

type Block = { base: ipaddr.IPv4 | ipaddr.IPv6; bits: number; port: number | null };

/**
 * Entries are CIDR blocks (`127.0.0.1/8`), single addresses, or exact host names (`emulator`, `minio.lan`);
 * addresses and names may be narrowed to one port (`127.0.0.1:9000`, `[::1]:9000`). Throws with a plain sentence on
 * anything else, so that a typing error stops the start.
 */
export function readAllowList(entries: readonly string[]): AllowList {
  const blocks: Block[] = [];
  const hosts: { name: string; port: number | null }[] = [];
  for (const entry of entries) {
    const { text, port } = splitPort(entry.trim().toLowerCase());
    const address = readAddress(text.replace(/^\[(.*)\]$/, '$1'));
    if (port === null && ipaddr.isValidCIDR(text)) {
      const [base, bits] = ipaddr.parseCIDR(text);
      blocks.push({ base, bits, port });
    } else if (address) blocks.push({ base: address, bits: address.kind() === 'ipv4' ? 32 : 128, port });
    else if (isHostName(text)) hosts.push({ name: bareHost(text), port });
    else throw new Error(`"${entry}" is neither an address block like 10.0.0.0/8 nor a host name.`);
  }
  const fits = (only: number | null, port: number) => only === null || only === port;
  return {
    hasHost: (host, port) => hosts.some((each) => each.name === bareHost(host) && fits(each.port, port)),
    hasAddress: (address, port) => {
      const parsed = readAddress(address);
      if (parsed === null) return false;
      return blocks.some(
        (block) =>
          block.base.kind() === parsed.kind() &&
          parsed.match(block.base, block.bits) &&
          fits(block.port, port),
      );
    },
  };
}

/** A bare IPv6 address is all colons: one with a port has brackets. */
function splitPort(text: string): { text: string; port: number | null } {
  const [, host, digits] = /^(\[[^\]]*\]|[^:]*):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return { text, port: null };
  return { text: host, port };
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
