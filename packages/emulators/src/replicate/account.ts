/** Accounts of the emulated Replicate: tokens, the secret of their webhooks, and how fast they may create. */
import type { JsonObject } from '../json.ts';

export type ReplicateAccountOptions = {
  name?: string;
  tokens: string[];
  /** `whsec_` and base64; made up when absent. */
  webhookSecret?: string;
  /** `low`: under five dollars of credit, throttled hard. `none`: creates are answered with 402. */
  credit?: 'enough' | 'low' | 'none';
};

export type ReplicateAccount = {
  name: string;
  tokens: readonly string[];
  webhookSecret: string;
  /** May be changed at any time. */
  credit: 'enough' | 'low' | 'none';
  createdAt: number[];
  askedAt: number[];
};

const minuteMs = 60_000;
const most = { create: 600, ask: 3_000, createAtLowCredit: 6 };
const burstMs = 1_000;

export function createAccount(
  options: ReplicateAccountOptions,
  number: number,
  newSecret: () => string,
): ReplicateAccount {
  return {
    name: options.name ?? `account-${number}`,
    tokens: options.tokens,
    webhookSecret: options.webhookSecret ?? newSecret(),
    credit: options.credit ?? 'enough',
    createdAt: [],
    askedAt: [],
  };
}

/** Counts a request; null when it may pass, else the body of the 429. */
export function throttled(account: ReplicateAccount, kind: 'create' | 'ask', now: number): JsonObject | null {
  const times = kind === 'create' ? account.createdAt : account.askedAt;
  const kept = times.filter((at) => at > now - minuteMs);
  const low = kind === 'create' && account.credit === 'low';
  const limit = low ? most.createAtLowCredit : most[kind];
  const last = kept.at(-1);
  const tooSoon = low && last !== undefined && now - last < burstMs;
  const first = kept[kept.length - limit];
  if (!tooSoon && first === undefined) {
    times.splice(0, times.length, ...kept, now);
    return null;
  }
  times.splice(0, times.length, ...kept);
  const freeAt = first === undefined ? now + burstMs : first + minuteMs;
  const seconds = Math.max(1, Math.ceil((freeAt - now) / 1000));
  const why = low
    ? ' Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests' +
      ' while you have less than $5.0 in credit.'
    : '';
  const detail = `Request was throttled.${why} Your rate limit resets in ~${seconds}s.`;
  return { detail, status: 429, retry_after: seconds };
}
