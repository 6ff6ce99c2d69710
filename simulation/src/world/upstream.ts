/**
 * The vendor of a world: the Kling emulator behind a network, with the two habits that its documents leave open
 * (how long a lookup misses a new task, whether a repeated external id makes a second one) and its own count of
 * what it was asked.
 */
import {
  createKling,
  type EmulatorReply,
  type EmulatorRequest,
  isDrop,
  type KlingEmulator,
} from '@sluice/emulators';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { FarAnswer, FarEnd, FarRequest } from '@sluice/server/effects/outbound/virtual.ts';
import { z } from 'zod';
import type { Dice } from '../dice.ts';
import type { Climate } from './climate.ts';
import { virtualClips } from './clips.ts';
import { faultName } from './vendor-faults.ts';

export const vendorOrigin = 'https://api.kling.example';
export const resultOrigin = 'https://v15-kling.klingai.com';
export const gatewayOrigin = 'https://gateway.example';

export type VendorKey = { path: string; generation: 'new' | 'legacy'; credential: Record<string, string> };
/** Credentials of the paths; each path is an account of its own at the vendor. */
export const vendorKeys: readonly VendorKey[] = [
  { path: 'kling-main', generation: 'new', credential: { api_key: 'api-key-main-0123456789abcdef' } },
  {
    path: 'kling-legacy',
    generation: 'legacy',
    credential: { access_key: 'AccessKey0123456789abcdef', secret_key: 'SecretKey0123456789abcdef' },
  },
];
export const webhookSecret = `whsec_${Buffer.from('the vendor signs callbacks with this').toString('base64')}`;

export type Upstream = {
  kling: KlingEmulator;
  farEnd: FarEnd;
  /** Create requests that reached the vendor, by our correlation id. */
  arrivals: ReadonlyMap<string, number>;
  /** Tasks that the vendor lost, by its own id. */
  forgotten: ReadonlySet<string>;
  /** Loses the oldest task in flight. */
  forget(): void;
  /** Everything ends, nothing fails any more, and there is plenty of everything. */
  heal(): void;
};

export type UpstreamOptions = {
  clock: Clock;
  dice: Dice;
  climate: Climate;
  hit(point: string): void;
  onArrival(correlationId: string, arrivals: number): void;
};

export function createUpstream(options: UpstreamOptions): Upstream {
  const { clock, dice, hit } = options;
  const { vendor } = options.climate;
  let lagMs = vendor.lagMs;
  let healed = false;
  const kling = startKling(options);
  const arrivals = new Map<string, number>();
  const forgotten = new Set<string>();
  // One at a time: while a question is answered, some tasks are out of the vendor's sight.
  let busy: Promise<unknown> = Promise.resolve();

  async function create(request: EmulatorRequest): Promise<EmulatorReply> {
    const externalId = externalIdOf(request.body);
    if (externalId === null) return kling.handle(request);
    const count = (arrivals.get(externalId) ?? 0) + 1;
    arrivals.set(externalId, count);
    options.onArrival(externalId, count);
    const known = [...kling.state.external.keys()].filter((key) => key.endsWith(`\n${externalId}`));
    if (known.length > 0) hit('vendor sees an external id again');
    if (vendor.takesDuplicates) for (const key of known) kling.state.external.delete(key);
    return kling.handle(request);
  }

  /** A question that is asked of a replica: tasks younger than the lag are not there yet, lost ones no more. */
  async function question(request: EmulatorRequest): Promise<EmulatorReply> {
    const { tasks, external } = kling.state;
    const unseen = [...tasks.values()].filter(
      (task) => clock.now() - task.createdAt < lagMs || forgotten.has(task.id),
    );
    const names = [...external].filter(([, id]) => unseen.some((task) => task.id === id));
    for (const task of unseen) tasks.delete(task.id);
    for (const [name] of names) external.delete(name);
    const reply = await kling.handle(request);
    if (!healed && request.url.includes('?task_ids=') && dice.chance(vendor.swapRate)) swapIds(reply, hit);
    for (const task of unseen) tasks.set(task.id, task);
    for (const [name, id] of names) external.set(name, id);
    return reply;
  }

  return {
    kling,
    arrivals,
    forgotten,
    farEnd: {
      handle: async (request) => {
        const asked = emulatorRequest(request);
        const reply = busy.then(() => (request.method === 'POST' ? create(asked) : question(asked)));
        busy = reply.catch(() => undefined);
        return farAnswer(await reply);
      },
    },
    forget: () => {
      const [task] = [...kling.state.open].filter((open) => clock.now() - open.createdAt > 40_000);
      if (!task) return;
      hit('vendor forgets a task');
      forgotten.add(task.id);
      // It holds its slot to its end, and is not billed.
      task.failure = 'lost';
      task.callbackUrl = null;
    },
    heal: () => {
      lagMs = 0;
      healed = true;
      kling.faults.clear();
      for (const task of kling.state.open) {
        task.faults.length = 0;
        if (task.endsAt !== null) continue;
        task.endsAt = clock.now() + dice.whole(20_000, 25_000);
        kling.state.agenda.add({ at: task.endsAt, step: 'end', task });
      }
      for (const account of kling.state.accounts) {
        for (const pack of account.packs) pack.remaining = 1_000_000_000n;
      }
    },
  };
}

function startKling({ clock, dice, climate, hit }: UpstreamOptions): KlingEmulator {
  const { vendor } = climate;
  const secret = vendor.signedCallbacks ? { webhookSecret } : {};
  const packs = [
    { name: 'Video', type: 'video' as const, units: vendor.units, concurrency: vendor.concurrency },
  ];
  const kling = createKling({
    clock,
    random: dice.fork('vendor'),
    accounts: vendorKeys.map(({ path, credential }) => ({
      name: path,
      apiKeys: credential.api_key === undefined ? [] : [credential.api_key],
      ...(credential.access_key === undefined
        ? {}
        : { accessKey: credential.access_key, secretKey: credential.secret_key ?? '' }),
      packs,
      ...secret,
    })),
    publicUrl: resultOrigin,
    timing: { queueMs: vendor.queueMs, renderBaseMs: 4_000, renderMsPerSecond: vendor.renderMsPerSecond },
    settings: { callbackRetries: vendor.callbackRetries },
    faults: vendor.chances,
    outputs: { lifeMs: vendor.linkLifeMs, clips: virtualClips(vendor.alike) },
  });
  const { take } = kling.faults;
  kling.faults.take = (at) => {
    const fault = take(at);
    if (fault !== null) hit(faultName(at, fault));
    return fault;
  };
  return kling;
}

const Listed = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** The records keep what they say, each under the next one's id; a single one under an id that nobody asked for. */
function swapIds(reply: EmulatorReply, hit: (point: string) => void): void {
  if (isDrop(reply) || reply.status !== 200) return;
  const parsed = Listed.safeParse(jsonOf(reply.body));
  if (!parsed.success || parsed.data.data.length === 0) return;
  hit('vendor swaps ids');
  const ids = parsed.data.data.map(({ id }) => id);
  const data = parsed.data.data.map((record, at) => ({
    ...record,
    id: ids.length === 1 ? `${BigInt(record.id) + 1n}` : (ids[(at + 1) % ids.length] ?? ''),
  }));
  reply.body = new TextEncoder().encode(JSON.stringify({ ...parsed.data, data }));
  delete reply.headers['content-length'];
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

const Created = z.object({
  external_task_id: z.string().optional(),
  options: z.object({ external_task_id: z.string().optional() }).optional(),
});

/** Both generations name it, at different places. Null: not a create of a task. */
export function externalIdOf(body: Uint8Array | string): string | null {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const parsed = Created.safeParse(jsonOf(bytes));
  if (!parsed.success) return null;
  return parsed.data.external_task_id ?? parsed.data.options?.external_task_id ?? null;
}

function emulatorRequest({ method, url, headers, body }: FarRequest): EmulatorRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, url, headers: Object.fromEntries(lower), body };
}

function farAnswer(reply: EmulatorReply): FarAnswer {
  if (isDrop(reply))
    return { drop: true, ...(reply.delayMs === undefined ? {} : { delayMs: reply.delayMs }) };
  return reply;
}
