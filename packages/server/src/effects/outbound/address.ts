/**
 * Which addresses are part of the public internet. Everything else (this machine, the local network, cloud
 * metadata, tunnels that smuggle an IPv4 address) is refused unless the operator allow-listed it.
 *
 * Source: the IANA IPv4 and IPv6 special-purpose address registries, plus metadata services that clouds put
 * on addresses that look public. IPv6 is judged the other way round: only 2000::/3 is public at all.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Range = readonly [cidr: string, why: string];
type Block = { base: ipaddr.IPv4 | ipaddr.IPv6; bits: number; why: string };

const V4_RANGES: readonly Range[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  // 169.254.169.254 (most clouds), 169.254.170.2 (container credentials).
  ['169.254.0.0/16', 'link-local and cloud metadata'],
  ['172.16.0.0/12', 'private'],
  // 192.0.0.192 is a cloud's metadata service.
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved and broadcast'],
  ['168.63.129.16/32', 'cloud platform channel'],
];

const V6_RANGES: readonly Range[] = [
  ['2001::/32', 'Teredo'],
  ['2001::/23', 'protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0:0/96', 'translated IPv4'],
  ['::/96', 'IPv4-compatible'],
  ['64:ff9b:1::/48', 'local NAT64'],
  ['100::/63', 'discard'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

const V4_BLOCKS = V4_RANGES.map(blockOf);
const V6_BLOCKS = V6_RANGES.map(blockOf);
const NAT64 = blockOf(['64:ff9b::/96', 'NAT64']);
const PUBLIC_V6 = blockOf(['2000::/3', 'public']);

function blockOf([cidr, why]: Range): Block {
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return { base, bits, why };
}

/** Null when the address belongs to the public internet, else a few words saying what it is instead. */
export function whyNotPublic(address: string): string | null {
  const parsed = readAddress(address);
  if (parsed === null) return 'not an address';
  return parsed instanceof ipaddr.IPv6 ? whyNotPublicV6(parsed) : firstMatch(V4_BLOCKS, parsed);
}

/** IPv4 hidden in the mapped IPv6 form is handed back as the IPv4 address that it is. */
export function readAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  switch (isIP(address)) {
    case 4:
      return ipaddr.IPv4.parse(address);
    case 6:
      return readV6(address);
    default:
      return null;
  }
}

function readV6(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address.includes('%')) return ipaddr.IPv6.parse(address);
  // The URL parser writes all eight groups as hex. Without that step ipaddr.js reads `::8.8.8.8` as the
  // mapped form, while the socket would go to the compatible one.
  return ipaddr.process(new URL(`http://[${address}]`).hostname.slice(1, -1));
}

function whyNotPublicV6(address: ipaddr.IPv6): string | null {
  if (address.zoneId) return 'zone-scoped';
  const bytes = address.toByteArray();
  if (inBlock(NAT64, address)) {
    // A host without IPv4 reaches public IPv4 names through this prefix, so the address inside decides.
    const inside = bytes.slice(12).join('.');
    const why = firstMatch(V4_BLOCKS, ipaddr.IPv4.parse(inside));
    return why === null ? null : `NAT64 of ${why}`;
  }
  const why = firstMatch(V6_BLOCKS, address);
  if (why !== null) return why;
  if (!inBlock(PUBLIC_V6, address)) return 'not allocated';
  // Interface id [02]00:5efe:a.b.c.d is ISATAP: a tunnelling host would deliver it to the IPv4 inside.
  const isatap = ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isatap ? 'ISATAP' : null;
}

function firstMatch(blocks: readonly Block[], address: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  return blocks.find((block) => inBlock(block, address))?.why ?? null;
}

function inBlock(block: Block, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return block.base.kind() === address.kind() && address.match(block.base, block.bits);
}
