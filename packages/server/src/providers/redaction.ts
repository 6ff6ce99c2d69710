/**
 * Keeps credentials out of everything that an exchange leaves behind. Texts from outside pass through
 * here before an adapter sees them, so no outcome, log line or stored message can repeat a key that an
 * upstream echoed.
 */
import type { PathContext, UpstreamRequest } from './contract.ts';

const MASK = '[redacted]';
/** Shorter values would mask ordinary words; credentials are never that short. */
const SHORTEST_SECRET = 8;
const telltale = /(?:^|[_-])(?:key|token|secret|signature|sign|auth|authorization|password)$/i;

export type Redactor = (text: string) => string;

export function redactorFor(path: PathContext, request: UpstreamRequest | null): Redactor {
  const secrets = new Set<string>();
  const add = (value: string | undefined) => {
    if (value !== undefined && value.length >= SHORTEST_SECRET) {
      secrets.add(value);
      secrets.add(encodeURIComponent(value));
    }
  };
  for (const value of Object.values(path.credential)) add(value);
  for (const [name, value] of Object.entries(path.settings)) if (telltale.test(name)) add(value);
  for (const [name, value] of Object.entries(request?.headers ?? {})) {
    if (!/^(?:authorization|x-api-key|x-key|cookie)$/i.test(name)) continue;
    add(value);
    add(value.replace(/^\S+\s+/, ''));
  }
  const longestFirst = [...secrets].sort((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((kept, secret) => kept.replaceAll(secret, MASK), text);
}

/** Scheme, host and path as they are; of the query, the values of telltale names are masked. */
export function redactedUrl(url: string, redact: Redactor): string {
  if (!URL.canParse(url)) return redact(url);
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  for (const name of new Set(parsed.searchParams.keys())) {
    if (telltale.test(name)) parsed.searchParams.set(name, 'redacted');
  }
  return redact(parsed.toString().replaceAll('%2C', ','));
}
