/**
 * What a plan is simulated over: the clips that are ordered and by whom, the paths with their real limits and prices,
 * and the gateway between them. Plain data, so that it can be handed to another thread.
 */
import type { Order, RoutingPolicy } from '@sluice/contract';
import type { Priced } from '../decide/pricing.ts';
import type { RenderTimes } from '../decide/render-times.ts';
import type { RouteCandidate } from '../decide/routing.ts';

export type World = {
  families: readonly string[];
  clips: readonly Clip[];
  accounts: readonly WorldAccount[];
  paths: readonly WorldPath[];
  policy: RoutingPolicy;
  weights: Readonly<Record<string, number>>;
  retry: {
    rerun: boolean;
    orderAgain: number;
    orderAgainAfterMs: number;
    giveUpAfterMs: number | null;
  };
  gateway: GatewaySize;
};

export type Clip = {
  /** As it is told: `kling-3.0 text-to-video 720p 5 s`. */
  name: string;
  /** Index into `families`. */
  family: number;
  order: Order;
  /** Its task ends then, started or not. */
  deadlineMs: number;
  /** Of the delivered clip. */
  seconds: number;
  bytes: number;
};

export type WorldAccount = { name: string; share: number; weight: number; maxInFlight: number | null };

export type WorldPath = {
  name: string;
  sandbox: boolean;
  /** By clip. */
  clips: readonly PathClip[];
  /** By family; null: it has none of them. */
  slots: readonly ({ slots: number; known: boolean } | null)[];
  full: 'refuses' | 'queues';
  submitsPerSecond: number | null;
  submitMs: number;
  questionMs: number;
  /** Attempts that one question asks about. */
  batch: number;
  callbacks: { arrive: number; delayMs: number } | null;
  failureShare: number;
  linkLifeMs: number | null;
  depositMicros: bigint | null;
};

export type PathClip = Pick<RouteCandidate, 'supported' | 'sheet' | 'priced'> & {
  /** Null: it cannot do it, or has no price for it. */
  charged: { priced: Priced; costMicros: bigint; failedCostMicros: bigint } | null;
  renders: RenderTimes;
  declaredMs: number;
  /** What the gateway has learned when the simulation begins, ms. */
  knownMs: readonly number[];
};

export type GatewaySize = {
  submitsAtOnce: number;
  copiesAtOnce: number;
  /** Of one copy; all at once share the line. */
  copyBytesPerMs: number;
  /** Of a copy, whatever its size: connect, read back, write the row. */
  copyOverheadMs: number;
  queryRate: number;
  queryBurst: number;
};

export type Workload = {
  /** Tasks before zero fill the queues and are not counted. */
  warmUpMs: number;
  totalMs: number;
} & (
  | {
      kind: 'described';
      /** From Monday 00:00. */
      tasksPerHour: readonly number[];
      mix: readonly { clip: number; share: number }[];
      /** In the order of their time. */
      bursts: readonly { atMs: number; tasks: number; withinMs: number; account: number | null }[];
    }
  | {
      kind: 'listed';
      /** In the order of their time. */
      atMs: Float64Array;
      clips: Uint16Array;
      accounts: Uint16Array;
    }
);
