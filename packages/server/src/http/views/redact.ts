/**
 * The last net before stored texts leave: addresses lose their query (signatures live there), and whatever looks
 * like a key of ours loses its body. Stages write nothing secret in the first place.
 */

const ADDRESS_QUERY = /(https?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi;
const KEYS = /\b(sk-sluice-|whsec_)[A-Za-z0-9+/_=-]{8,}/g;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;

export function redactText(text: string): string {
  return text.replace(ADDRESS_QUERY, '$1').replace(KEYS, '$1…').replace(BEARER, '$1 …');
}

/** Every string inside, however deep. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value === 'object' && value !== null) return redactRecord(value);
  return value;
}

export function redactRecord(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactValue(inner)]));
}
