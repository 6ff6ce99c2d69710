/**
 * What a client and the world do while a gateway is killed: which orders, which troubles upstream, which wishes
 * later, and which end each task must have however often the gateway dies.
 */
import { sampleImage } from '@sluice/emulators';
import { type CreateGeneration, isSluiceError, type TaskStatus } from '@sluice/sdk';
import { insist, type World } from './world.ts';

export type Scenario = {
  tasks: number;
  /** Before anything is ordered. */
  prepare?(world: World): Promise<void>;
  /** What is particular about the orders. */
  order?(world: World): Promise<Partial<CreateGeneration>>;
  /** The client's wishes, when all orders were answered. */
  wish?(world: World, taskIds: readonly string[]): Promise<void>;
  /** When all tasks have ended. */
  after?(world: World, taskIds: readonly string[]): Promise<void>;
  /** For each end that is right: how many accepts upstream go with it. Default: completed, 1. */
  ends?: Partial<Record<TaskStatus, number>>;
  /** The clips are still there afterwards. Default: yes. */
  keepsClips?: boolean;
  /** Orders go without an Idempotency-Key. Default: no. */
  keyless?: boolean;
  /** The world has learned something from it that would slow the next ones down. */
  ownWorld?: boolean;
};

const TASKS = 3;

export const scenarios = {
  plain: { tasks: TASKS },

  /** A client that knows no keys asks again until it is answered, and then not once more. */
  keyless: { tasks: TASKS, keyless: true },

  /** The upstream takes each order on and its answer is lost. */
  answer_lost: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'create', { do: 'drop', accept: true }, TASKS),
  },

  /** The connection breaks and the upstream has taken nothing on. */
  order_lost: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'create', { do: 'drop', accept: false }, TASKS),
  },

  /** The upstream calls nobody back. */
  no_callbacks: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'callback', { do: 'lost' }, 'always'),
  },

  /** No slot upstream (1303): back to the queue. */
  no_slot: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'create', { do: 'refuse', code: 1303 }, TASKS),
    ownWorld: true,
  },

  /** The upstream refuses the prompt: the task fails and nobody pays. */
  refused: {
    tasks: TASKS,
    order: async () => ({ prompt: 'a tower of cards [refuse]' }),
    ends: { failed: 0 },
    keepsClips: false,
  },

  /** Accepted, rendered, and then held back by the upstream's moderation. */
  moderated: {
    tasks: TASKS,
    order: async () => ({ prompt: 'a tower of cards [moderate]' }),
    ends: { failed: 1 },
    keepsClips: false,
  },

  /** Clips that come in small pieces. */
  slow_clip: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'output', { do: 'trickle', bytes: 6_000, everyMs: 10 }, 2 * TASKS),
  },

  /** Result links that are dead at first. */
  dead_link: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'output', { do: 'dead', status: 404 }, TASKS),
  },

  /** Result links that stay dead: the task fails, nobody pays, the upstream billed all the same. */
  no_clip: {
    tasks: 2,
    prepare: (world) => fault(world, 'output', { do: 'dead', status: 404 }, 'always'),
    ends: { failed: 1 },
    keepsClips: false,
  },

  /** The receiver of the webhooks is in trouble at first. */
  receiver_down: {
    tasks: TASKS,
    prepare: async (world) => world.receiver.fail(503, TASKS),
  },

  /** Inputs uploaded first. */
  upload: {
    tasks: 2,
    order: async (world) => {
      const { bytes, contentType } = sampleImage({ seed: 'first frame' });
      const { reference } = await insist(world, () => world.client.files.upload(bytes, { contentType }));
      return { image_start: reference };
    },
  },

  /** Cancelled while they wait for a path that is paused. */
  cancel_waiting: {
    tasks: TASKS,
    prepare: (world) => setPath(world, 'paused'),
    wish: async (world, ids) => {
      await Promise.all(ids.map((id) => cancel(world, id)));
      await setPath(world, 'active');
    },
    ends: { cancelled: 0 },
    keepsClips: false,
  },

  /** Cancelled while nobody knows whether the upstream has them; it has not. */
  cancel_unknown: {
    tasks: TASKS,
    prepare: (world) => fault(world, 'create', { do: 'drop', accept: false }, TASKS),
    wish: async (world, ids) => void (await Promise.all(ids.map((id) => cancel(world, id)))),
    // A wish that comes after the second send is too late, and then the clip is made and paid.
    ends: { cancelled: 0, completed: 1 },
    keepsClips: false,
  },

  /** Not started in time, because the path is paused. */
  expired: {
    tasks: TASKS,
    prepare: (world) => setPath(world, 'paused'),
    order: async () => ({ start_by: new Date(Date.now() + 15_000).toISOString() }),
    after: (world) => setPath(world, 'active'),
    ends: { failed: 0 },
    keepsClips: false,
  },

  /** Clips deleted by their owner. */
  deleted: {
    tasks: TASKS,
    after: async (world, ids) => {
      for (const id of ids) {
        const { assets } = await insist(world, () => world.client.tasks.get(id));
        for (const asset of assets)
          await gone(() => insist(world, () => world.client.assets.delete(asset.id)));
      }
    },
    keepsClips: false,
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

async function fault(world: World, at: string, what: object, times: number | 'always'): Promise<void> {
  await world.emulator.faults({ next: [{ at, fault: what, times }] });
}

async function setPath(world: World, state: 'active' | 'paused'): Promise<void> {
  await insist(world, () => world.operator.paths.update(world.path, { state }));
}

/** Repeating a cancel whose answer was lost finds the task ended, or too late: both are answers. */
async function cancel(world: World, id: string): Promise<void> {
  try {
    await insist(world, () => world.client.tasks.cancel(id));
  } catch (error) {
    if (!isSluiceError(error) || error.status !== 409) throw error;
  }
}

async function gone(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isSluiceError(error) || (error.status !== 404 && error.status !== 410)) throw error;
  }
}
