/** Requests for the tests of the way out. */
import type { OutboundLimits, OutboundRequest } from '../outbound.ts';

export const LIMITS: OutboundLimits = {
  connectMs: 5_000,
  headersMs: 20_000,
  idleMs: 15_000,
  totalMs: 60_000,
  maxBytes: 1_048_576,
};

export function get(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: 'GET', url, headers: {}, trust: 'configured', limits: LIMITS, redirects: 0, ...more };
}

export function post(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return get(url, { method: 'POST', body: '{"prompt":"a fox"}', ...more });
}
