/**
 * Reads an address and decides whether we may go there. Two steps, because the second needs the resolved
 * addresses: `readTarget` judges the spelling, `judgeTarget` the place behind it.
 */
import { isIP } from 'node:net';
import { readAddress, whyNotPublic } from './address.ts';
import { type AllowList, bareHost } from './allow.ts';

export type Target = {
  url: URL;
  secure: boolean;
  /** Name or address literal without brackets or trailing dots, lower case. */
  host: string;
  port: number;
  /** Path and query, as sent. */
  path: string;
};

/** This gateway's own doors: nobody may make it call itself, not even over an allow-listed address. */
export type OwnDoors = {
  /** Public origins, such as `https://sluice.example.com`. */
  origins: readonly string[];
  /** Listening ports; refused on every address of this machine. */
  ports: readonly number[];
};

export type TargetRules = {
  allow: AllowList;
  allowHttp: boolean;
  /** On top of the usual web ports. */
  allowedPorts: readonly number[];
  own: OwnDoors;
  /** Addresses of this machine's own interfaces. */
  ownAddresses: readonly string[];
};

const LONGEST_URL = 8_192;
const WEB_PORTS: readonly number[] = [80, 443, 8080, 8443];
const FIRST_HIGH_PORT = 1_024;

export function readTarget(spelling: string): Target | { refused: string } {
  if (spelling.length > LONGEST_URL) return { refused: 'the address is too long' };
  // The WHATWG parser silently drops tabs and line breaks and reads "\" as "/": two readers of one text
  // would disagree about the host, which is how filters are passed. Nobody writes such an address honestly.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(spelling)) return { refused: 'the address has forbidden characters' };
  const authority = /^https?:\/\/([^/?#]+)/i.exec(spelling)?.[1];
  if (authority === undefined) return { refused: 'the address is not a full http(s) URL' };
  if (authority.includes('@')) return { refused: 'the address carries credentials' };
  if (!URL.canParse(spelling)) return { refused: 'the address cannot be read' };
  const url = new URL(spelling);
  url.hash = '';
  const secure = url.protocol === 'https:';
  const host = bareHost(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '') return { refused: 'the address has no host' };
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { url, secure, host, port, path: url.pathname + url.search };
}

/** Null when a connection to every one of `addresses` is all right, else the reason (for operators only). */
export function judgeTarget(target: Target, addresses: readonly string[], rules: TargetRules): string | null {
  if (addresses.length === 0) return `${target.host} has no address`;
  if (rules.own.origins.some((origin) => isAtOrigin(target, origin))) {
    return `${target.host} is this gateway itself`;
  }
  const trustedName = rules.allow.hasHost(target.host, target.port);
  const listed = addresses.every((address) => trustedName || rules.allow.hasAddress(address, target.port));
  for (const address of addresses) {
    const why = judgeAddress(target, address, rules, trustedName);
    if (why !== null) return `${target.host} is at ${address}: ${why}`;
  }
  if (!listed && isLocalName(target.host)) return `${target.host} is a local name`;
  if (!target.secure && !rules.allowHttp && !listed) return 'plain http is not allowed';
  if (!portAllowed(target.port, rules, listed)) return `port ${target.port} is not allowed`;
  return null;
}

function isAtOrigin(target: Target, origin: string): boolean {
  const own = readTarget(origin);
  return !('refused' in own) && own.host === target.host && own.port === target.port;
}

function judgeAddress(
  target: Target,
  address: string,
  rules: TargetRules,
  trustedName: boolean,
): string | null {
  const parsed = readAddress(address);
  if (parsed === null) return 'not an address';
  const plain = parsed.toString();
  const isOwn = parsed.range() === 'loopback' || parsed.range() === 'unspecified';
  const onOwnInterface = rules.ownAddresses.some((own) => readAddress(own)?.toString() === plain);
  if ((isOwn || onOwnInterface) && rules.own.ports.includes(target.port)) return 'this gateway itself';
  if (trustedName || rules.allow.hasAddress(address, target.port)) return null;
  if (onOwnInterface) return 'this machine itself';
  return whyNotPublic(address);
}

function portAllowed(port: number, rules: TargetRules, listed: boolean): boolean {
  if (WEB_PORTS.includes(port) || rules.allowedPorts.includes(port)) return true;
  return listed && port >= FIRST_HIGH_PORT;
}

/** Names that only mean something on the inside: `localhost`, single labels, private top-level names. */
function isLocalName(host: string): boolean {
  if (isIP(host) !== 0) return false;
  if (!host.includes('.')) return true;
  return /\.(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/.test(host);
}
