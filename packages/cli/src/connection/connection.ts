/**
 * Which gateway, with which key. In this order: flags, environment (SLUICE_URL, SLUICE_KEY), the file of
 * `sluice login`, a gateway of this machine (`cli.json` in its data directory), the default address.
 */
import { resolve } from 'node:path';
import type { Surroundings } from '../surroundings.ts';
import { configFilePath, readConfigFile } from './config-file.ts';
import { readLocalGateway } from './local-gateway.ts';

export type Connection = {
  url: string;
  key: string | undefined;
  /** Where each came from, in words. */
  urlFrom: string;
  keyFrom: string;
};

export type ConnectionFlags = { url?: string | undefined; key?: string | undefined };

export const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA_DIR = '.sluice';

/** Whose key a command would rather use. One that fits both, or the only one there is, serves too. */
export type KeyKind = 'account' | 'operator';

type Candidate = {
  url?: string | undefined;
  key?: string | undefined;
  operatorKey?: string | undefined;
  from: string;
};

export async function findConnection(
  flags: ConnectionFlags,
  kind: KeyKind,
  surroundings: Pick<Surroundings, 'env' | 'homeDir' | 'cwd'>,
): Promise<Connection> {
  const { env } = surroundings;
  const file = configFilePath(surroundings);
  const given = (url: string | undefined, key: string | undefined) => ({ url, key, operatorKey: key });
  const candidates: Candidate[] = [
    { ...given(flags.url, flags.key), from: 'the command line' },
    { ...given(env.SLUICE_URL || undefined, env.SLUICE_KEY || undefined), from: 'the environment' },
    { ...(await readConfigFile(file)), from: file },
    { ...(await readLocalGateway(dataDirOf(surroundings))), from: 'the gateway of this machine' },
  ];
  const address = candidates.find((candidate) => candidate.url !== undefined);
  const url = address?.url ?? DEFAULT_URL;
  const eligible = candidates.filter((candidate) => mayGoTo(candidate, url));
  const fitting = kind === 'account' ? keyOf : operatorKeyOf;
  const other = kind === 'account' ? operatorKeyOf : keyOf;
  const right = eligible.find(fitting) ?? eligible.find(other);
  return {
    url,
    key: right && (fitting(right) ?? other(right)),
    urlFrom: address?.from ?? 'the default',
    keyFrom: right?.from ?? 'nowhere',
  };
}

const keyOf = ({ key }: Candidate): string | undefined => key;
const operatorKeyOf = ({ operatorKey }: Candidate): string | undefined => operatorKey;

/** A key that was saved together with an address goes to that address only. */
function mayGoTo(candidate: Candidate, url: string): boolean {
  return candidate.url === undefined || placeOf(candidate.url) === placeOf(url);
}

/** This machine has several names for itself. */
function placeOf(text: string): string {
  if (!URL.canParse(text)) return text;
  const { protocol, hostname, host, port } = new URL(text);
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) ? `loopback:${port}` : `${protocol}//${host}`;
}

export function dataDirOf({ env, cwd }: Pick<Surroundings, 'env' | 'cwd'>): string {
  return resolve(cwd, env.SLUICE_DATA_DIR || DEFAULT_DATA_DIR);
}
