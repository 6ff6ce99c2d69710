/** What an emulator of a reseller holds whatever its protocol: clock, jobs, files, callbacks, accepts, faults. */
import {
  type Emulator,
  type EmulatorClock,
  type EmulatorRandom,
  type EmulatorReply,
  type EmulatorRequest,
  isDrop,
} from '../exchange.ts';
import type { FetchInput } from '../kling/inputs.ts';
import { type ClipMaker, createClipMaker } from '../media/clip.ts';
import type { OutgoingCallback } from '../outward.ts';
import { type CallbackDesk, createCallbackDesk, type Dress } from './callbacks.ts';
import { control } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import { createJobs, defaultTiming, type Job, type Jobs, type JobTiming } from './jobs.ts';
import { createOutputDesk, type OutputDesk, serveSample } from './outputs.ts';

/** One task that the vendor took on: what a double render would be counted by. */
export type Accept = { at: number; account: string; id: string; model: string; key: string | null };

export type WorldOptions = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  /** Where output links point to, without a slash at the end. */
  publicUrl: string;
  timing?: Partial<JobTiming>;
  outputs?: {
    clips?: ClipMaker;
    /** Clips hold one picture: much cheaper, for simulations. */
    still?: boolean;
    /** How long links live; the vendor's own documents by default. */
    lifeMs?: number;
  };
  /** Downloads inputs to look at them; without it they are taken as good, unless their address cannot answer. */
  fetchInput?: FetchInput;
  /** Told each accepted task, synchronously and before the answer leaves. */
  onAccept?: (accept: Accept) => void;
};

export type World<Order> = {
  clock: EmulatorClock;
  random: EmulatorRandom;
  timing: JobTiming;
  faults: Faults;
  jobs: Jobs<Order>;
  outputs: OutputDesk;
  callbacks: CallbackDesk;
  fetchInput: FetchInput | null;
  stillClips: boolean;
  linkLifeMs: number;
  accepts: Accept[];
  accepted(accept: Accept): void;
  /** Applies what has come due, so that the state is that of this moment. */
  catchUp(): number;
};

export type Call = EmulatorRequest & { path: string; query: URLSearchParams };

export type Vendor<Order> = {
  dress: Dress;
  /** A task has ended: settle it and say what its callback holds. */
  ended(world: World<Order>, job: Job<Order>, at: number): void;
  /** Whether the files of this task are still there. */
  keeps(job: Job<Order>, now: number): boolean;
  answer(world: World<Order>, call: Call, now: number): Promise<EmulatorReply> | EmulatorReply;
};

export type RendererEmulator<Order> = Emulator & {
  /** When the next task ends by itself or the next callback is due; null: nothing will happen by itself. */
  nextChange(): number | null;
  /** The callbacks that are due now; each is handed out once (a refused one comes back). */
  dueCallbacks(): OutgoingCallback[];
  /** Reports the receiver's status (null: no answer). Optional; without it a callback counts as received. */
  callbackAnswered(id: string, status: number | null): void;
  faults: Faults;
  /** Every task taken on, in order. Grows only. */
  accepts: readonly Accept[];
  /** May be changed at any time. */
  timing: JobTiming;
  jobs: Jobs<Order>;
};

export function createRenderer<Order>(options: WorldOptions, vendor: Vendor<Order>): RendererEmulator<Order> {
  const world = createWorld(options, vendor);
  const reply = (request: EmulatorRequest): Promise<EmulatorReply> | EmulatorReply => {
    const now = world.catchUp();
    const url = readUrl(request.url);
    const call: Call = { ...request, path: url.pathname, query: url.searchParams };
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (call.path.startsWith('/__emulator/')) return control(world, call, now);
    if (isRead && call.path.startsWith('/samples/')) return serveSample(call);
    if (isRead && call.path.startsWith('/outputs/')) {
      return world.outputs.serve(call, now, (id) => {
        const job = world.jobs.all.get(id);
        return job?.state === 'succeeded' && vendor.keeps(job, now) ? job.clip : null;
      });
    }
    return vendor.answer(world, call, now);
  };
  return {
    async handle(request) {
      const answer = await reply(request);
      if (!isDrop(answer)) answer.headers.date = new Date(world.clock.now()).toUTCString();
      return answer;
    },
    nextChange() {
      const times = [world.jobs.nextAt(), world.callbacks.nextAt()].filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
    dueCallbacks: () => world.callbacks.due(world.catchUp()),
    callbackAnswered: (id, status) => world.callbacks.report(id, status, world.clock.now()),
    faults: world.faults,
    accepts: world.accepts,
    timing: world.timing,
    jobs: world.jobs,
  };
}

const DAY_MS = 24 * 3_600_000;

function createWorld<Order>(options: WorldOptions, vendor: Vendor<Order>): World<Order> {
  const { clock, random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const faults = createFaults(random);
  const clips = options.outputs?.clips ?? createClipMaker();
  const accepts: Accept[] = [];
  const world: World<Order> = {
    clock,
    random,
    timing,
    faults,
    jobs: createJobs<Order>(timing, random),
    outputs: createOutputDesk({ publicUrl: options.publicUrl, secret: random.bytes(16), faults, clips }),
    callbacks: createCallbackDesk(faults, random, vendor.dress),
    fetchInput: options.fetchInput ?? null,
    stillClips: options.outputs?.still ?? false,
    linkLifeMs: options.outputs?.lifeMs ?? DAY_MS,
    accepts,
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
    catchUp() {
      const now = clock.now();
      world.jobs.advance(now, (job, at) => vendor.ended(world, job, at));
      return now;
    },
  };
  return world;
}

/** A target that is no address at all (`//`) is an unknown path. */
function readUrl(target: string): URL {
  const base = 'http://emulator.invalid';
  return new URL(URL.canParse(target, base) ? target : '/?', base);
}
