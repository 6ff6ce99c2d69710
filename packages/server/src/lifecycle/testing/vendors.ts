/** Each emulated vendor with terms drawn from a seed: what a verification has to find without having been told. */
import {
  type ClipMaker,
  createEvolink,
  createFal,
  createKie,
  createKling,
  createOpenAiVideos,
  createOpenRouter,
  createReplicate,
  type EmulatorClock,
} from '@sluice/emulators';
import { drawn, ORIGIN, type PlayedVendor, words } from './played.ts';

export type Terms = {
  /** Tasks at once; null: the vendor is played without a limit. */
  limit: number | null;
  /** Creates in a short time; null: any. */
  burst: number | null;
  /** How long links live, as far as it is ours to set. */
  linkLifeMs: number | null;
  /** Null: it has none. */
  callsBack: boolean | null;
};

/** `accepts`: what the vendor took on, in order. */
export type Drawn = {
  vendor: PlayedVendor & { accepts: readonly unknown[] };
  path: Record<string, unknown>;
  terms: Terms;
};

const HOUR_MS = 3_600_000;
const TIMING = { queueMs: 700, renderBaseMs: 60_000, renderMsPerSecond: 1_000, jitter: 0.2, callbackMs: 100 };
const KEY = 'key-0123456789abcdef0123';

type Given = { clock: EmulatorClock; random: ReturnType<typeof drawn>; publicUrl: string; clips: ClipMaker };

const openers: Record<string, (given: Given) => Drawn> = {
  kling: (given) => {
    const terms = { ...termsOf(given), callsBack: given.random.fraction() < 0.5 };
    const pack = { name: 'Video', type: 'video', units: '100000', concurrency: terms.limit ?? 1 } as const;
    const vendor = createKling({
      ...given,
      accounts: [{ name: 'a', apiKeys: [KEY], packs: [pack] }],
      timing: TIMING,
      outputs: { clips: words, lifeMs: terms.linkLifeMs ?? HOUR_MS },
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    return { vendor, terms, path: { credential: { api_key: KEY } } };
  },
  evolink: (given) => {
    const terms = termsOf(given);
    const vendor = createEvolink({
      ...given,
      plainCallbacks: true,
      accounts: [{ name: 'a', keys: [{ key: KEY }], credits: '100000', concurrent: terms.limit ?? 1 }],
      timing: TIMING,
      outputs: { clips: words, lifeMs: terms.linkLifeMs ?? HOUR_MS },
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    return { vendor, terms, path: { credential: { api_key: KEY } } };
  },
  kie: (given) => {
    const drawnTerms = termsOf(given);
    const terms = { ...drawnTerms, limit: null, burst: given.random.whole(3, 8) };
    const vendor = createKie({
      ...given,
      accounts: [{ keys: [KEY], credits: 1_000_000, webhookKey: 'webhook-key-0123456789' }],
      settings: { createsMost: terms.burst },
      timing: TIMING,
      outputs: { clips: words, lifeMs: terms.linkLifeMs ?? HOUR_MS },
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    return {
      vendor,
      terms,
      path: { credential: { api_key: KEY }, settings: { webhook_key: 'webhook-key-0123456789' } },
    };
  },
  fal: (given) => {
    // How long its files live is asked for with each order.
    const terms = { ...termsOf(given), linkLifeMs: null };
    const vendor = createFal({
      ...given,
      accounts: [{ name: 'a', apiKeys: [`${KEY}:secret`], credits: 1_000 }],
      settings: { concurrency: terms.limit ?? 1 },
      timing: TIMING,
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    const settings = { platform_url: ORIGIN, keys_url: `${ORIGIN}/.well-known/jwks.json` };
    return { vendor, terms, path: { credential: { api_key: `${KEY}:secret` }, settings } };
  },
  replicate: (given) => {
    const terms = { ...termsOf(given), limit: null, linkLifeMs: HOUR_MS };
    const vendor = createReplicate({
      ...given,
      accounts: [{ tokens: [KEY] }],
      apiUrl: `${ORIGIN}/v1`,
      timing: TIMING,
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    return { vendor, terms, path: { credential: { api_token: KEY }, base_url: `${ORIGIN}/v1` } };
  },
  openrouter: (given) => {
    const terms = { ...termsOf(given), limit: null };
    const vendor = createOpenRouter({
      ...given,
      accounts: [{ keys: [KEY], credits: 1_000, signingSecret: 'workspace-secret' }],
      apiUrl: `${ORIGIN}/api/v1`,
      signedUrls: true,
      linkLifeMs: terms.linkLifeMs ?? HOUR_MS,
      timing: TIMING,
    });
    if (!terms.callsBack) vendor.faults.next('callback', { do: 'lost' }, Number.POSITIVE_INFINITY);
    const settings = { webhook_secret: 'workspace-secret' };
    return { vendor, terms, path: { credential: { api_key: KEY }, settings, base_url: `${ORIGIN}/api/v1` } };
  },
  'openai-videos': (given) => {
    const terms = { ...termsOf(given), callsBack: null };
    const vendor = createOpenAiVideos({
      ...given,
      keys: [KEY],
      models: ['kling-v3'],
      hands: terms.limit ?? 1,
      keepMs: terms.linkLifeMs ?? HOUR_MS,
      timing: TIMING,
    });
    const settings = { models: 'kling-3.0=kling-v3', delete_cancels: 'yes' };
    return { vendor, terms, path: { credential: { api_key: KEY }, settings, base_url: `${ORIGIN}/v1` } };
  },
};

export const playedNames = Object.keys(openers);

export function drawVendor(name: string, seed: string, clock: EmulatorClock): Drawn {
  const random = drawn(seed);
  const given = { clock, random, publicUrl: ORIGIN, clips: words };
  const opened = openers[name]?.(given);
  if (!opened) throw new Error(`nobody plays ${name}`);
  return {
    ...opened,
    path: { provider: name, base_url: ORIGIN, sandbox: true, check: false, ...opened.path },
  };
}

function termsOf({ random }: Given): Terms {
  return {
    limit: random.whole(2, 9),
    burst: null,
    // Looks come ever more rarely, so hours show what days would: how rarely at most is a matter of `decide`.
    linkLifeMs: random.whole(1, 8) * HOUR_MS + random.whole(0, 3_599) * 1_000,
    callsBack: random.fraction() < 0.7,
  };
}

/** One price for each second, where the catalogue has no list. */
export const ownSheet = (vendor: string) => ({
  id: `ours-at-${vendor}`,
  grade: 'declared',
  source: { name: 'Our own contract', reviewed_on: '2026-09-30' },
  entries: ['kling-3.0', 'kling-o3', 'kling-o1', 'kling-motion-control'].map((model) => ({
    model,
    per: 'second',
    amount: '0.06',
  })),
});
