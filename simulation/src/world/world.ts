/** One world, made from one seed: vendor, network, store, receivers, processes, clients, and who looks on. */
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import { createSecrets, type Secrets } from '@sluice/server/effects/secrets/secrets.ts';
import type { Caller } from '@sluice/server/lifecycle/1-accept.ts';
import type { Database } from '@sluice/server/store/database.ts';
import { createStore, type Store } from '@sluice/server/store/store.ts';
import type { Coverage } from '../coverage.ts';
import type { Plant } from '../plants/plant.ts';
import type { Life } from '../schedule/scheduler.ts';
import { createPost, type Post } from './callbacks.ts';
import { catalogueWith } from './catalogue.ts';
import { type Clients, createClients } from './clients.ts';
import type { Size } from './climate.ts';
import { type Ground, layGround } from './ground.ts';
import { createNetwork, type Network } from './network.ts';
import { createNode, type Node } from './node.ts';
import { createProcesses, type Processes } from './processes.ts';
import { createReceivers, type Receivers } from './receivers.ts';
import { type AccountCaps, settleIn } from './settle-in.ts';
import { createStorage, type Storage } from './storage.ts';
import { createUpstream, markOf, type Upstream } from './upstream.ts';
import { noteArrival, noteCrash } from './witness.ts';

export type World = Ground &
  Outside & {
    processes: Processes;
    clients: Clients;
    post: Post;
    /** Faults stop, everybody lives: from here on everything must end. */
    heal(): void;
  };

type Outside = {
  upstream: Upstream;
  receivers: Receivers;
  network: Network;
  storage: Storage;
  secrets: Secrets;
  store: Store;
  callers: readonly Caller[];
  /** By account, endpoint address and one-off address. */
  webhookSecrets: Map<string, string>;
  accountCaps: ReadonlyMap<string, AccountCaps>;
};

export type WorldOptions = {
  seed: number;
  size: Size;
  db: Database;
  coverage: Coverage;
  plant: Plant | null;
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const ground = layGround(options.seed, options.size, options.db, options.coverage);
  const outside = await raiseOutside(ground, options.db);
  const processes = createProcesses({
    ...ground,
    dice: ground.dice.fork('processes'),
    build: (life) => buildNode(ground, outside, options, life),
    hit: ground.coverage.hit,
    onCrash: (error) => noteCrash(ground, error),
  });
  const clients = peopleOf(ground, outside, processes);
  const post = postOf(ground, outside, processes);
  const heal = () => {
    ground.calm();
    for (const part of [outside.upstream, outside.network, outside.storage, outside.receivers, processes])
      part.heal();
  };
  return { ...ground, ...outside, processes, clients, post, heal };
}

async function raiseOutside(ground: Ground, db: Database): Promise<Outside> {
  const { dice, climate, clock, startMs, coverage } = ground;
  const { hit } = coverage;
  const upstream = createUpstream({
    clock,
    dice: dice.fork('upstream'),
    climate,
    hit,
    onArrival: (mark, arrivals) => noteArrival(ground, mark, arrivals),
  });
  const secrets = createSecrets(Buffer.alloc(32, 7), dice.fork('secrets'));
  const store = createStore(db);
  const { vendors } = upstream;
  const settled = await settleIn({ store, secrets, clock, dice: dice.fork('settle'), climate, vendors });
  const secretOf = (url: string) => settled.webhookSecrets.get(url) ?? null;
  const receivers = createReceivers(dice.fork('receivers'), climate.receivers, secretOf, hit);
  const network = createNetwork({
    clock,
    startMs,
    dice: dice.fork('network'),
    climate,
    upstream,
    receivers,
    hit,
  });
  const storage = createStorage(clock, startMs, dice.fork('storage'), climate.storage, hit);
  return { upstream, receivers, network, storage, secrets, store, ...settled };
}

function buildNode(ground: Ground, outside: Outside, { plant, db }: WorldOptions, life: Life): Node {
  const { climate, clock, dice } = ground;
  const nodeClock = skewed(clock, climate.skewMs[life.node] ?? 0);
  return createNode({
    life,
    clock: plant?.clock?.(nodeClock) ?? nodeClock,
    dice: dice.fork(`node ${life.name}`),
    climate,
    catalogue: catalogueWith(climate.deadlineSeconds),
    secrets: outside.secrets,
    store: plant?.store?.(outside.store, db) ?? outside.store,
    outbound: plant?.outbound?.(outside.network.outbound, outside.webhookSecrets) ?? outside.network.outbound,
    blobs: plant?.blobs?.(outside.storage.blobs) ?? outside.storage.blobs,
    enter: (kind, label, run) => ground.scheduler.enter(life, kind, label, run),
    onLeaving: ({ url, body }) => {
      const mark = body === undefined || !outside.upstream.at(new URL(url).origin) ? null : markOf(url, body);
      if (mark !== null) ground.leavings.push({ mark, atMs: clock.now() });
    },
    onLog: (level, message) => {
      ground.logged.push(message);
      if (level === 'error') noteCrash(ground, new Error(message));
    },
  });
}

/** Wall clocks differ a little; what is measured inside a process does not. */
function skewed(clock: Clock, skewMs: number): Clock {
  return { ...clock, now: () => clock.now() + skewMs };
}

function peopleOf(ground: Ground, outside: Outside, processes: Processes): Clients {
  return createClients({
    clock: ground.clock,
    dice: ground.dice.fork('clients'),
    climate: ground.climate,
    callers: outside.callers,
    anyNode: processes.anyNode,
    hit: ground.coverage.hit,
    onIntent: ({ name, caller }) => {
      const secret = outside.webhookSecrets.get(caller.accountId) ?? '';
      outside.webhookSecrets.set(`https://client.hooks.example/one-off/${name}`, secret);
    },
    onCrash: (error) => noteCrash(ground, error),
    onForeign: (answer) => {
      if (answer !== 'not_found') ground.blame('I14', `somebody else's task was answered with ${answer}`);
    },
  });
}

function postOf(ground: Ground, outside: Outside, processes: Processes): Post {
  return createPost({
    clock: ground.clock,
    dice: ground.dice.fork('post'),
    upstream: outside.upstream,
    pathNames: outside.upstream.vendors.flatMap(({ paths }) => paths.map(({ name }) => name)),
    tokens: () => [...ground.observer.model.attempts.values()],
    anyNode: processes.anyNode,
    hit: ground.coverage.hit,
    onCrash: (error) => noteCrash(ground, error),
    onStranger: (status) => {
      if (status === '200')
        ground.blame('truth', 'a callback with a token of nobody, or of another path, was taken');
    },
  });
}
