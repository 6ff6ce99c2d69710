/**
 * A gateway whose upstream is an emulator in the same process and the same virtual time: the real stages over a real
 * database, round by round, so that days pass in seconds and nothing waits.
 */
import { createHash } from 'node:crypto';
import { type ClipMaker, type Emulator, type EmulatorRandom, isDrop } from '@sluice/emulators';
import type { Media } from '../../effects/media/media.ts';
import type { FarAnswer } from '../../effects/outbound/virtual.ts';
import { virtualOutbound } from '../../effects/outbound/virtual.ts';
import type { Rig } from '../../http/testing/rig.ts';
import { createDrive } from '../../providers/drive.ts';
import { createPools, stageRounds } from '../../runtime/rounds.ts';
import type { Store } from '../../store/store.ts';
import { nextDueMs } from '../../store/testing/next-due.ts';
import { receiveCallback } from '../callback.ts';
import { callbackKeys } from '../callback-keys.ts';
import type { Context, StageName } from '../context.ts';

export const GATEWAY = 'https://sluice.test';
/** Where an emulator's API and files are reached. */
export const ORIGIN = 'https://api.vendor.test';

export type PlayedVendor = Emulator & {
  dueCallbacks(): readonly { id: string; url: string; headers: Record<string, string>; body: Uint8Array }[];
  callbackAnswered(id: string, status: number | null): void;
  nextChange(): number | null;
};

export type Played = {
  context: Context;
  /** What is due at this moment, until nothing is. */
  settle(): Promise<void>;
  /**
   * Lets time pass, from event to event, until `done`; throws when that does not come within `withinMs`. It stops at
   * the instant `notBeyondMs` on its way.
   */
  until(done: () => Promise<boolean>, withinMs: number, notBeyondMs?: number): Promise<void>;
  /** As after kill -9: what a process knew is gone, and what was leased stays leased until its time is over. */
  reborn(): Played;
};

/** `mortal`: puts deaths around the store; whoever throws there has been killed. */
export function play(
  rig: Rig,
  emulator: PlayedVendor,
  mortal: (store: Store) => Store = (store) => store,
): Played {
  const { clock } = rig;
  const outbound = virtualOutbound({
    clock,
    farEnd: (origin) =>
      origin === ORIGIN ? { handle: (request) => answerOf(emulator, request) } : undefined,
  });
  const drive = createDrive({ outbound, clock });
  const build = (): Context => ({
    ...rig.context,
    store: mortal(rig.context.store),
    outbound,
    drive,
    media,
    callbackKeys: callbackKeys(drive, clock),
  });
  return playOn(rig, emulator, build);
}

function playOn(rig: Rig, emulator: PlayedVendor, build: () => Context): Played {
  const context = build();
  const pools = createPools(context);
  const stages = stageRounds.filter(({ stage }) => !QUIET.includes(stage));

  async function round(): Promise<boolean> {
    let more = false;
    for (const { run } of stages) {
      more = (await run(context, pools)) || more;
      for (const pool of Object.values(pools)) await pool.idle();
    }
    return (await deliver()) || more;
  }

  async function deliver(): Promise<boolean> {
    const due = emulator.dueCallbacks();
    for (const { id, url, headers, body } of due) {
      const [, path = '', token = ''] = /\/callbacks\/([^/]+)\/([^/]+)$/.exec(new URL(url).pathname) ?? [];
      const told = { headers, body: Buffer.from(body).toString('utf8') };
      const taken = await receiveCallback(context, path, token, told);
      emulator.callbackAnswered(id, taken === 'taken' ? 200 : 401);
    }
    return due.length > 0;
  }

  async function settle(): Promise<void> {
    while (await round()) {
      // More was due at this very moment.
    }
  }

  return {
    context,
    settle,
    until: async (done, withinMs, notBeyondMs = Number.POSITIVE_INFINITY) => {
      const lastMs = rig.clock.now() + withinMs;
      for (;;) {
        await settle();
        if (await done()) return;
        if (rig.clock.now() >= lastMs) throw new Error(`not within ${withinMs} ms`);
        const nowMs = rig.clock.now();
        const nextMs = Math.max(nowMs + 500, await nextEventMs(rig, emulator));
        rig.clock.advance(Math.max(1, Math.min(30_000, Math.min(nextMs, notBeyondMs) - nowMs)));
      }
    },
    reborn: () => playOn(rig, emulator, build),
  };
}

/** When there may be something to do again: here, or at the vendor. */
async function nextEventMs({ database }: Rig, emulator: PlayedVendor): Promise<number> {
  return Math.min(emulator.nextChange() ?? Number.POSITIVE_INFINITY, await nextDueMs(database));
}

/** They do nothing here that a test waits for. */
const QUIET: readonly StageName[] = ['notify', 'retain', 'watch', 'alert'];

async function answerOf(
  emulator: Emulator,
  {
    method,
    url,
    headers,
    body,
  }: { method: string; url: string; headers: Record<string, string>; body: Uint8Array },
): Promise<FarAnswer> {
  const { pathname, search } = new URL(url);
  const reply = await emulator.handle({ method, url: `${pathname}${search}`, headers, body });
  return isDrop(reply) ? { drop: true } : reply;
}

/** Clips of a few bytes that say what is on them. */
export const words: ClipMaker = {
  make: ({ width, height, pictures, seed }) =>
    new TextEncoder().encode(`clip:${width}x${height}:${pictures}:${seed}:${'.'.repeat(64)}`),
};

const media: Media = {
  probeImage: async () => null,
  firstPicture: async () => null,
  poster: async () => null,
  probeVideo: async (reader) => {
    const text = Buffer.from(await reader.read(0, Math.min(reader.size, 128))).toString('latin1');
    const [width, height, pictures] = /^clip:(\d+)x(\d+):(\d+):/.exec(text)?.slice(1).map(Number) ?? [];
    if (width === undefined || height === undefined || pictures === undefined) return null;
    return {
      container: 'mp4',
      durationSeconds: pictures / 24,
      width,
      height,
      framesPerSecond: 24,
      videoCodec: 'avc',
      audioCodec: null,
    };
  },
};

/** Numbers that look random and follow from a seed. */
export function drawn(seed: string): EmulatorRandom & { whole(least: number, most: number): number } {
  let count = 0;
  const bytes = (length: number): Uint8Array => {
    const parts: Buffer[] = [];
    for (let left = length; left > 0; left -= 32) {
      count += 1;
      parts.push(createHash('sha256').update(`${seed} ${count}`).digest());
    }
    return Buffer.concat(parts).subarray(0, length);
  };
  const fraction = () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48;
  return { bytes, fraction, whole: (least, most) => least + Math.floor(fraction() * (most - least + 1)) };
}
