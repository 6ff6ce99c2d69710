/**
 * The upstreams that a sandbox can offer, each an emulator beside the gateway and a path that leads to it. Their pace
 * is the emulators' own and the same for all: what differs between them is what differs between their protocols.
 */
import { readFile } from 'node:fs/promises';
import {
  type ClipMaker,
  createClipMaker,
  type KlingTiming,
  serveEvolink,
  serveFal,
  serveKie,
  serveKling,
  serveOpenAiVideos,
  serveOpenRouter,
  serveReplicate,
} from '@sluice/emulators';
import type { CreatePath, PriceOverlay } from '@sluice/sdk';
import { UsageError } from '../endings.ts';

/** An emulator that runs, and the path to it. */
export type Vendor = {
  url: string;
  path: CreatePath;
  /** Where the vendor publishes no prices: play prices, so that there is something to charge. */
  sheet: PriceOverlay | null;
  /** When the emulator ended a task (Unix ms); null: not kept here, for the vendor says so in its answers. */
  endedAtMs(upstreamId: string): number | null;
  close(): Promise<void>;
};

export type Pace = Pick<KlingTiming, 'queueMs' | 'renderBaseMs' | 'renderMsPerSecond' | 'jitter'>;

type Given = { timing: Pace; clips: ClipMaker; prices: PlayPrices };
type Served = { url: string; close(): Promise<void> };

/** Quick enough to watch, slow enough to see the stages. */
const PACE: Pace = { queueMs: 700, renderBaseMs: 1_500, renderMsPerSecond: 700, jitter: 0.2 };
const SLOTS = 5;
const MODEL_ON_SERVER = 'kling-v3';

const openers: Readonly<Record<string, (given: Given) => Promise<Vendor>>> = {
  kling: async ({ timing, clips }) => {
    const apiKey = 'api-key-kling-sandbox';
    const pack = { type: 'video', units: '100000', concurrency: SLOTS } as const;
    const packs = [{ name: 'Sandbox-Video-100000Units-5Con-12Months', ...pack }];
    const served = await serveKling({
      accounts: [{ name: 'sandbox', apiKeys: [apiKey], packs }],
      timing,
      outputs: { clips },
    });
    return vendor('kling', served, { credential: { api_key: apiKey } });
  },
  evolink: (given) => unified('evolink', given, {}),
  // Its own price table is of the same week as this one of the family.
  gptimage2: (given) => unified('gptimage2', given, { price_sheet: 'evolink-2026-04-08' }),
  fal: async ({ timing, clips }) => {
    const [apiKey, adminKey] = ['sandbox-key-id:sandbox-secret', 'sandbox-admin-id:sandbox-secret'];
    const account = { name: 'sandbox', apiKeys: [apiKey], adminKeys: [adminKey], credits: 1_000 };
    const served = await serveFal({ accounts: [account], timing, clips });
    const endedAtMs = (id: string) =>
      served.emulator.requests().find((request) => request.id === id)?.endedAt ?? null;
    return vendor('fal', served, { credential: { api_key: apiKey, admin_key: adminKey } }, { endedAtMs });
  },
  replicate: async ({ timing, clips, prices }) => {
    const token = 'r8_sandbox0123456789';
    const served = await serveReplicate({ accounts: [{ tokens: [token] }], timing, clips });
    const sheet = playSheet('replicate', prices);
    return vendor('replicate', served, { credential: { api_token: token } }, { sheet, root: '/v1' });
  },
  openrouter: async ({ timing, clips }) => {
    const [apiKey, managementKey] = ['sk-or-sandbox0123456789', 'sk-or-sandbox-management'];
    const secret = 'sandbox-workspace-secret';
    const keys = { keys: [apiKey], managementKeys: [managementKey], credits: 1_000, signingSecret: secret };
    const served = await serveOpenRouter({ accounts: [keys], timing, clips });
    const credential = { api_key: apiKey, management_key: managementKey };
    const settings = { webhook_secret: secret };
    const endedAtMs = (id: string) => served.emulator.jobs().find((job) => job.id === id)?.endsAt ?? null;
    return vendor('openrouter', served, { credential, settings }, { root: '/api/v1', endedAtMs });
  },
  kie: async ({ timing, clips, prices }) => {
    const [apiKey, webhookKey] = ['kie-sandbox0123456789', 'kie-sandbox-webhook-key'];
    const account = { keys: [apiKey], credits: 1_000_000, webhookKey };
    const served = await serveKie({ accounts: [account], timing, outputs: { clips } });
    const path = { credential: { api_key: apiKey }, settings: { webhook_key: webhookKey } };
    return vendor('kie', served, path, { sheet: playSheet('kie', prices) });
  },
  'openai-videos': async ({ timing, clips, prices }) => {
    const key = 'sk-sandbox0123456789';
    const served = await serveOpenAiVideos({ keys: [key], models: [MODEL_ON_SERVER], timing, clips });
    const settings = { models: `kling-3.0=${MODEL_ON_SERVER}`, delete_cancels: 'yes' };
    const sheet = playSheet('openai-videos', prices);
    return vendor(
      'openai-videos',
      served,
      { credential: { api_key: key }, settings },
      { sheet, root: '/v1' },
    );
  },
};

/** Every upstream that can be played, the direct one first. */
export const vendorNames: readonly string[] = Object.keys(openers);

export const sandboxPathOf = (name: string): string => `${name}-sandbox`;

/** `all`, or names with commas between them. */
export function readVendorNames(text: string): string[] {
  if (text === 'all') return [...vendorNames];
  const wanted = [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = wanted.find((name) => !vendorNames.includes(name));
  if (unknown === undefined) return wanted;
  throw new UsageError(
    `There is no sandbox of "${unknown}".`,
    `One or more of ${vendorNames.join(', ')}; or all.`,
  );
}

/** Before the gateway, which has to be told their addresses. Starts all of them, or none. */
export async function startVendors(names: readonly string[], timing: Partial<Pace> = {}): Promise<Vendor[]> {
  const prices = await readPlayPrices();
  // One for all of them: every clip is made once, and no more of them are kept than fit.
  const given = { timing: { ...PACE, ...timing }, clips: createClipMaker(), prices };
  const started = await Promise.allSettled(names.map((name) => openers[name]?.(given)));
  const vendors = started.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return vendors;
  await Promise.all(vendors.map((each) => each.close()));
  throw failed.reason;
}

async function unified(
  name: 'evolink' | 'gptimage2',
  { timing, clips }: Given,
  path: Partial<CreatePath>,
): Promise<Vendor> {
  const apiKey = `sk-evo-${name}-sandbox`;
  const account = { name: 'sandbox', keys: [{ key: apiKey }], credits: '1000000' };
  const served = await serveEvolink({ accounts: [account], timing, outputs: { clips } });
  const endedAtMs = (id: string) => served.emulator.jobs.all.get(id)?.endsAt ?? null;
  return vendor(name, served, { credential: { api_key: apiKey }, ...path }, { endedAtMs });
}

type Particular = { sheet?: PriceOverlay | null; root?: string; endedAtMs?: Vendor['endedAtMs'] };

function vendor(
  name: string,
  { url, close }: Served,
  path: Pick<CreatePath, 'credential'> & Partial<CreatePath>,
  { sheet = null, root = '', endedAtMs = () => null }: Particular = {},
): Vendor {
  return {
    url,
    sheet,
    endedAtMs,
    close,
    path: {
      name: sandboxPathOf(name),
      provider: name,
      base_url: `${url}${root}`,
      sandbox: true,
      // The others tell no limit, or none that binds; a wallet that does is believed.
      ...(name === 'kling' ? {} : { limits: { '*': SLOTS } }),
      ...(sheet === null ? {} : { price_sheet: sheet.id }),
      ...path,
    },
  };
}

type PlayPrices = readonly PriceOverlay[];

async function readPlayPrices(): Promise<PlayPrices> {
  const read: unknown = JSON.parse(await readFile(new URL('./play-prices.json', import.meta.url), 'utf8'));
  if (Array.isArray(read) && read.every(isSheet)) return read;
  throw new Error('play-prices.json holds no price sheets');
}

/** Its fields are checked by the gateway. */
function isSheet(value: unknown): value is PriceOverlay {
  return typeof value === 'object' && value !== null && 'id' in value && 'entries' in value;
}

function playSheet(name: string, prices: PlayPrices): PriceOverlay {
  const sheet = prices.find(({ id }) => id === `sandbox-${name}`);
  if (!sheet) throw new Error(`play-prices.json has no sheet for ${name}`);
  return sheet;
}
