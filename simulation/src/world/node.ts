/**
 * One life of a gateway process: the real stages, loops, drive and adapters over effects that park at the scheduler.
 * Between two looks of an idle loop nothing happens, so the world wakes it when there is something to see.
 */
import type { Catalogue } from '@sluice/server/catalogue/catalogue.ts';
import type { Blobs } from '@sluice/server/effects/blobs/blobs.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import type { Outbound, OutboundRequest } from '@sluice/server/effects/outbound/outbound.ts';
import type { Secrets } from '@sluice/server/effects/secrets/secrets.ts';
import { ensureLimits } from '@sluice/server/lifecycle/2-admit.ts';
import { callbackKeys } from '@sluice/server/lifecycle/callback-keys.ts';
import { type Context, defaultLifecycleSettings, type StageName } from '@sluice/server/lifecycle/context.ts';
import { createGate } from '@sluice/server/lifecycle/gate.ts';
import { createBooks } from '@sluice/server/lifecycle/operate/books.ts';
import { pathDirectory } from '@sluice/server/lifecycle/paths.ts';
import type { Telemetry } from '@sluice/server/lifecycle/telemetry.ts';
import { createDrive } from '@sluice/server/providers/drive.ts';
import { createWakes, type Loops, startLoops } from '@sluice/server/runtime/loops.ts';
import type { Store } from '@sluice/server/store/store.ts';
import type { Dice } from '../dice.ts';
import type { Life } from '../schedule/scheduler.ts';
import type { Climate } from './climate.ts';
import { virtualMedia } from './clips.ts';
import { type Enter, gatedBlobs, gatedOutbound, gatedStore } from './gates.ts';
import { gatewayOrigin } from './upstream.ts';

export type IdleLoop = { stage: StageName; sinceMs: number; leastMs: number; wake(): void };

export type Node = {
  life: Life;
  context: Context;
  /** Loops that wait for a wake-up or for their time. */
  idle: Map<StageName, IdleLoop>;
  /** Requests of clients under way; called when the process dies. */
  hangUps: Set<() => void>;
  stopping: boolean;
  /** Boots: the loops run when it returns. */
  boot(): Promise<void>;
  /** SIGTERM: no new claims, what is under way is finished. */
  stop(): Promise<void>;
};

export type NodeParts = {
  life: Life;
  clock: Clock;
  dice: Dice;
  climate: Climate;
  catalogue: Catalogue;
  secrets: Secrets;
  store: Store;
  outbound: Outbound;
  blobs: Blobs;
  enter: Enter;
  onLeaving(request: OutboundRequest): void;
  onLog(level: string, message: string): void;
};

export function createNode(parts: NodeParts): Node {
  const { life, clock } = parts;
  const idle = new Map<StageName, IdleLoop>();
  let loops: Loops | null = null;
  // The real wake-ups, waiting on a clock that is the world's to turn.
  let asking: StageName = 'admit';
  const wakes = createWakes({
    ...clock,
    sleep: (ms, signal) => waitIdle(idle, asking, ms, clock.now(), signal),
  });
  const context = createContext(parts, wakes.wake);
  return {
    life,
    context,
    idle,
    hangUps: new Set(),
    stopping: false,
    boot: async () => {
      await ensureLimits(context);
      loops = startLoops(context, {
        wake: wakes.wake,
        wait: (stage, ms, stop) => {
          asking = stage;
          return wakes.wait(stage, ms, stop);
        },
      });
    },
    stop: async () => {
      await loops?.stop();
    },
  };
}

function waitIdle(
  idle: Map<StageName, IdleLoop>,
  stage: StageName,
  leastMs: number,
  sinceMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      idle.delete(stage);
      resolve();
    };
    idle.set(stage, { stage, sinceMs, leastMs, wake });
    signal?.addEventListener('abort', wake, { once: true });
  });
}

function createContext(parts: NodeParts, wake: (stage: StageName) => void): Context {
  const { life, clock, dice, climate, catalogue, secrets, enter } = parts;
  const store = gatedStore(parts.store, enter);
  const outbound = gatedOutbound(parts.outbound, enter, parts.onLeaving);
  const spoolOf = (copyId: string): string =>
    climate.storage.ownSpools ? `${'abcdefgh'[life.node]}-${copyId}` : copyId;
  const blobs = gatedBlobs(parts.blobs, enter, spoolOf);
  const settings = {
    ...defaultLifecycleSettings,
    ...climate.settings,
    publicUrl: gatewayOrigin,
    localUrl: gatewayOrigin,
  };
  const telemetry: Telemetry = {
    log: (level, message, fields) =>
      parts.onLog(level, fields === undefined ? message : `${message} ${JSON.stringify(fields)}`),
    count: () => {},
    observe: () => {},
  };
  const drive = createDrive({
    outbound,
    clock,
    onFault: ({ message }) => parts.onLog('error', `drive: ${message}`),
  });
  return {
    nodeId: `node_${life.name}`,
    clock,
    random: dice,
    store,
    addressRefusal: async () => null,
    books: createBooks(store, clock),
    drive,
    outbound,
    blobs,
    media: virtualMedia(),
    secrets,
    catalogue,
    paths: pathDirectory(store, secrets, catalogue),
    gate: createGate(store, blobs, clock, settings.storageReserveBytes),
    callbackKeys: callbackKeys(drive, clock),
    telemetry,
    settings,
    wake,
  };
}
