/**
 * What every stage is given. Effects and stores are handed in, so the same stages run in production, in tests and in
 * the simulator. A stage has no other way to the world.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Blobs } from '../effects/blobs/blobs.ts';
import type { Clock } from '../effects/clock/clock.ts';
import type { Media } from '../effects/media/media.ts';
import type { Outbound } from '../effects/outbound/outbound.ts';
import type { Random } from '../effects/random/random.ts';
import type { Secrets } from '../effects/secrets/secrets.ts';
import type { Drive } from '../providers/drive.ts';
import type { Store } from '../store/store.ts';
import type { CallbackKeys } from './callback-keys.ts';
import type { DeliveryWriters } from './delivery-formats.ts';
import type { Gate } from './gate.ts';
import type { Books } from './operate/books.ts';
import type { PathDirectory } from './paths.ts';
import type { Telemetry } from './telemetry.ts';

export type Context = {
  /** This process: the owner of leases. */
  nodeId: string;
  clock: Clock;
  random: Random;
  store: Store;
  drive: Drive;
  outbound: Outbound;
  /** Null when links may lead there; else why not, in words that tell nothing about what lies behind. Sends nothing. */
  addressRefusal(url: string): Promise<string | null>;
  blobs: Blobs;
  media: Media;
  secrets: Secrets;
  catalogue: Catalogue;
  paths: PathDirectory;
  gate: Gate;
  callbackKeys: CallbackKeys;
  books: Books;
  /** How events are told in the words of foreign protocols. Absent: ours only. */
  deliveryWriters?: DeliveryWriters;
  telemetry: Telemetry;
  settings: LifecycleSettings;
  /** Tells the loop of a stage that there is work now. A hint: every loop also looks by itself. */
  wake(stage: StageName): void;
};

export const stageNames = [
  'admit',
  'reconcile',
  'track',
  'mirror',
  'settle',
  'notify',
  'expire',
  'retain',
  'watch',
  'verify',
  'checkout',
  'alert',
] as const;
export type StageName = (typeof stageNames)[number];

/** How top-ups by card are taken. */
export type CheckoutSettings = {
  apiUrl: string;
  secretKey: string;
  /** More than one while the secret is being replaced. */
  webhookSecrets: readonly string[];
  /** Bounds of one checkout, in the currency of its account. */
  leastMicros: bigint;
  mostMicros: bigint;
};

export type LifecycleSettings = {
  /** Where upstreams and clients reach this installation; null: no callbacks, relative links. */
  publicUrl: string | null;
  /** Where this process listens on this machine; what sandbox upstreams, which run beside it, are given. */
  localUrl: string | null;
  /** How long a keyless repeat of a request whose answer was lost is joined to it. */
  joinWithinMs: number;
  /**
   * A send that has not been answered by then is looked up by whoever finds it. Longer than every time limit of a
   * submit.
   */
  sendWindowMs: number;
  /** A process that was paused for longer than this between admission and send does not send any more. */
  sendStartWithinMs: number;
  leaseMs: number;
  submitConcurrency: number;
  copyConcurrency: number;
  deliveryConcurrency: number;
  /** Status queries per second and path, shared by all processes. */
  queryRate: number;
  queryBurst: number;
  /** Result links that should be given up only this long before they die. */
  resultMaxBytes: number;
  /** Stop admitting when storage has less room than this. */
  storageReserveBytes: number;
  /** Signed asset links live this long. */
  linkLifeMs: number;
  /** Uploads are dropped after this. */
  fileLifeMs: number;
  /** Null: no payments by card. */
  checkout: CheckoutSettings | null;
};

export const defaultLifecycleSettings: LifecycleSettings = {
  publicUrl: null,
  localUrl: null,
  joinWithinMs: 60_000,
  sendWindowMs: 120_000,
  sendStartWithinMs: 30_000,
  leaseMs: 60_000,
  submitConcurrency: 64,
  copyConcurrency: 8,
  deliveryConcurrency: 32,
  queryRate: 10,
  queryBurst: 20,
  resultMaxBytes: 2 * 1024 ** 3,
  storageReserveBytes: 512 * 1024 ** 2,
  linkLifeMs: 24 * 3_600_000,
  fileLifeMs: 3 * 24 * 3_600_000,
  checkout: null,
};
