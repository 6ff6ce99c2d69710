/**
 * Kling: its emulator, with the two habits that its documents leave open (how long a lookup misses a new task, whether
 * a repeated external id makes a second one) and the trouble that it gets into.
 */
import {
  createKling,
  type EmulatorReply,
  type EmulatorRequest,
  isDrop,
  type KlingEmulator,
} from '@sluice/emulators';
import { z } from 'zod';
import { virtualClips } from '../clips.ts';
import { faultName } from '../vendor-faults.ts';
import type { Vendor, VendorJob, VendorOptions, VendorPath } from './vendor.ts';

export const vendorOrigin = 'https://api.kling.example';
const resultOrigin = 'https://v15-kling.klingai.com';
const webhookSecret = `whsec_${Buffer.from('the vendor signs callbacks with this').toString('base64')}`;
const REFUSAL_CODES = { throttled: 1302, arrears: 1101, forbidden: 1304, no_model: 1103 } as const;
/** One unit of the vendor in micro-dollars, by the price sheet of the world's paths. */
const UNIT_MICROS = 140_000;
const THOUSANDTHS = 1_000;

type VendorKey = {
  path: 'kling-main' | 'kling-legacy';
  generation: 'new' | 'legacy';
  credential: Record<string, string>;
};
/** Credentials of the paths; each path is an account of its own at the vendor. */
const vendorKeys: readonly VendorKey[] = [
  { path: 'kling-main', generation: 'new', credential: { api_key: 'api-key-main-0123456789abcdef' } },
  {
    path: 'kling-legacy',
    generation: 'legacy',
    credential: { access_key: 'AccessKey0123456789abcdef', secret_key: 'SecretKey0123456789abcdef' },
  },
];

export function klingVendor(options: VendorOptions): Vendor {
  const { clock, dice, hit } = options;
  const { vendor } = options.climate;
  const kling = startKling(options);
  const forgotten = new Set<string>();
  const { answer, sober } = answering(options, kling, forgotten);

  function job(id: string): VendorJob | null {
    const task = kling.state.tasks.get(id);
    if (task === undefined) return forgotten.has(id) ? unknowable : null;
    const flapped = task.faults.some((fault) => fault.do === 'flap' && fault.words.includes('failed'));
    const { status } = task;
    return {
      ends: status === 'succeeded' || status === 'failed' ? [status] : [],
      chargedMicros: (Number(task.charged) * UNIT_MICROS) / THOUSANDTHS,
      contradicted: flapped || forgotten.has(id),
      forgotten: forgotten.has(id),
    };
  }

  return {
    name: 'kling',
    paths: klingPaths(options),
    apiOrigin: vendorOrigin,
    origins: [vendorOrigin, resultOrigin],
    secrets: [webhookSecret, ...vendorKeys.flatMap(({ credential }) => Object.values(credential))],
    outages: vendor.outages,
    handle: answer,
    accepts: () => kling.accepts.map(({ id, externalId }) => ({ id, mark: externalId ?? '' })),
    job,
    nextChange: kling.nextChange,
    dueCallbacks: kling.dueCallbacks,
    callbackAnswered: kling.callbackAnswered,
    refuseNext: (why) => kling.faults.next('create', { do: 'refuse', code: REFUSAL_CODES[why] }),
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
      sober();
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

const unknowable: VendorJob = { ends: [], chargedMicros: null, contradicted: true, forgotten: true };

function klingPaths({ climate }: VendorOptions): VendorPath[] {
  const { legacyPath, secondPath, signedCallbacks } = climate.vendor;
  const named = climate.paths?.map(({ name }) => name) ?? null;
  const wanted = vendorKeys.filter(({ path, generation }) => {
    if (named !== null) return named.includes(path);
    if (secondPath) return true;
    return legacyPath ? generation === 'legacy' : generation === 'new';
  });
  return wanted.map(({ path, generation, credential }) => ({
    name: path,
    provider: 'kling',
    baseUrl: vendorOrigin,
    credential,
    settings: { generation, ...(signedCallbacks ? { webhook_secret: webhookSecret } : {}) },
    sheet: 'kling-units-2026-09-20',
  }));
}

function answering(
  { clock, dice, climate: { vendor }, hit }: VendorOptions,
  kling: KlingEmulator,
  forgotten: ReadonlySet<string>,
): { answer(request: EmulatorRequest): Promise<EmulatorReply>; sober(): void } {
  let { lagMs, swapRate } = vendor;
  // One at a time: while a question is answered, some tasks are out of the vendor's sight.
  let busy: Promise<unknown> = Promise.resolve();

  async function create(request: EmulatorRequest): Promise<EmulatorReply> {
    const externalId = externalIdOf(request.body);
    if (externalId === null) return kling.handle(request);
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
    if (request.url.includes('?task_ids=') && dice.chance(swapRate)) swapIds(reply, hit);
    for (const task of unseen) tasks.set(task.id, task);
    for (const [name, id] of names) external.set(name, id);
    return reply;
  }

  return {
    answer: (request) => {
      const reply = busy.then(() => (request.method === 'POST' ? create(request) : question(request)));
      busy = reply.catch(() => undefined);
      return reply;
    },
    sober: () => {
      lagMs = 0;
      swapRate = 0;
    },
  };
}

function startKling({ clock, dice, climate, hit }: VendorOptions): KlingEmulator {
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
