import { describe, expect, it } from 'vitest';
import { whyNotPublic } from './address.ts';
import { readAllowList } from './allow.ts';

const ROWS: readonly (readonly [address: string, why: string | null])[] = [
  ['8.8.8.8', null],
  ['1.1.1.1', null],
  ['93.184.216.34', null],
  ['100.63.255.255', null],
  ['100.128.0.0', null],
  ['172.15.255.255', null],
  ['172.32.0.0', null],
  ['192.0.1.0', null],
  ['198.17.255.255', null],
  ['198.20.0.0', null],
  ['223.255.255.255', null],
  ['168.63.129.15', null],
  ['0.0.0.0', 'this network'],
  ['0.255.255.255', 'this network'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.0', 'carrier-grade NAT'],
  ['100.100.100.200', 'carrier-grade NAT'],
  ['100.127.255.255', 'carrier-grade NAT'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['168.63.129.16', 'cloud platform channel'],
  ['169.254.169.254', 'link-local and cloud metadata'],
  ['169.254.170.2', 'link-local and cloud metadata'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.8', 'protocol assignments'],
  ['192.0.0.192', 'protocol assignments'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.0.1', 'private'],
  ['198.18.0.0', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.1', 'reserved and broadcast'],
  ['255.255.255.255', 'reserved and broadcast'],
  ['2606:4700:4700::1111', null],
  ['2a00:1450:4001:81b::200e', null],
  ['2001:4860:4860::8888', null],
  ['64:ff9b::8.8.8.8', null],
  ['64:ff9b::808:808', null],
  ['::ffff:8.8.8.8', null],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'link-local and cloud metadata'],
  ['::ffff:0:7f00:1', 'translated IPv4'],
  ['::7f00:1', 'IPv4-compatible'],
  ['::8.8.8.8', 'IPv4-compatible'],
  ['64:ff9b::7f00:1', 'NAT64 of loopback'],
  ['64:ff9b::10.1.2.3', 'NAT64 of private'],
  ['64:ff9b::a9fe:a9fe', 'NAT64 of link-local and cloud metadata'],
  ['64:ff9b:1::808:808', 'local NAT64'],
  ['64:ff9b:2::1', 'not allocated'],
  ['100::1', 'discard'],
  ['100:0:0:1::1', 'discard'],
  ['2001::1', 'Teredo'],
  ['2001:0:808:808::1', 'Teredo'],
  ['2001:2::1', 'protocol assignments'],
  ['2001:10::1', 'protocol assignments'],
  ['2001:20::1', 'protocol assignments'],
  ['2001:db8::1', 'documentation'],
  ['2002:7f00:1::', '6to4'],
  ['2002:808:808::1', '6to4'],
  ['2600:1f18::200:5efe:a00:1', 'ISATAP'],
  ['2600:1f18::5efe:7f00:1', 'ISATAP'],
  ['3fff:abc::1', 'documentation'],
  ['4000::1', 'not allocated'],
  ['5f00::1', 'segment routing'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'unique local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%lo', 'zone-scoped'],
  ['febf::1', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['ff0e::1', 'multicast'],
  ['', 'not an address'],
  ['localhost', 'not an address'],
  ['127.1', 'not an address'],
  ['0x7f000001', 'not an address'],
  ['2130706433', 'not an address'],
];

describe('which addresses are public', () => {
  it.each(ROWS)('%s: %s', (address, why) => {
    expect(whyNotPublic(address)).toBe(why);
  });
});

describe('allow list', () => {
  const list = readAllowList(['127.0.0.1/8', '10.1.2.3', 'fd00::/8', '[::1]', 'MinIO.lan.', 'emulator']);

  it.each([
    ['127.9.9.9', true],
    ['128.0.0.1', false],
    ['10.1.2.3', true],
    ['10.1.2.4', false],
    ['::ffff:10.1.2.3', true],
    ['fd12::1', true],
    ['fe80::1', false],
    ['::1', true],
    ['not an address', false],
  ])('address %s: %s', (address, listed) => {
    expect(list.hasAddress(address, 443)).toBe(listed);
  });

  it.each([
    ['minio.lan', true],
    ['minio.lan.', true],
    ['evil-minio.lan', false],
    ['a.minio.lan', false],
    ['emulator', true],
    ['127.0.0.1', false],
  ])('host %s: %s', (host, listed) => {
    expect(list.hasHost(host, 443)).toBe(listed);
  });

  it.each([
    ['127.0.0.1', 9_000, true],
    ['127.0.0.1', 9_001, false],
    ['::1', 9_000, true],
    ['::1', 80, false],
    ['::ffff:127.0.0.1', 9_000, true],
    ['10.0.0.1', 9_000, false],
  ])('with one port listed, %s at port %i: %s', (address, port, listed) => {
    const narrow = readAllowList(['127.0.0.1:9000', '[::1]:9000', 'minio.lan:9000']);
    expect(narrow.hasAddress(address, port)).toBe(listed);
    expect(narrow.hasHost('minio.lan', port)).toBe(port === 9_000);
  });

  it.each([
    '10.0.0.0/8:80',
    '127.0.0.1:0',
    '127.0.0.1:70000',
    'minio.lan:',
    ':80',
    '10.0.0',
    '10.0.0.0/33',
    '256.1.1.1',
    'http://x',
    '*.example.com',
    '',
    'a b',
    '::1/129',
  ])('refuses the entry "%s"', (entry) => {
    expect(() => readAllowList([entry])).toThrow(/neither an address block/);
  });
});
