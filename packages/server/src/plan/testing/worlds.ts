/** Worlds for tests: one queue, some servers, nothing between them but what the test wants there. */
import type { Order, PriceSheet } from '@sluice/contract';
import type { Priced } from '../../decide/pricing.ts';
import { type RenderTimes, renderMsAt } from '../../decide/render-times.ts';
import type { Clip, PathClip, Workload, World, WorldAccount, WorldPath } from '../world.ts';

export const ORDER: Order = {
  model: 'kling-3.0',
  mode: 'text-to-video',
  prompt: '',
  negativePrompt: null,
  seconds: 5,
  inputSeconds: null,
  aspectRatio: '16:9',
  resolution: '720p',
  sound: 'off',
  multiShot: 'off',
  shots: [],
  orientation: null,
  watermark: false,
  inputs: [],
};

const SHEET: PriceSheet = {
  id: 'sheet',
  unit: 'USD',
  unit_price: { amount: '1', currency: 'USD' },
  grade: 'declared',
  source: { name: 'a test', reviewed_on: '2026-01-01' },
  valid_from: '2026-01-01',
  rounding: 'exact',
  bills_failures: false,
  entries: [],
};

/** A price in micro-dollars for the whole clip. */
export function priced(micros: bigint): Priced {
  const text = micros.toString();
  return {
    ok: true,
    minimumMicros: micros,
    maximumMicros: micros,
    unitPriceMicros: micros,
    per: 'task',
    sheetId: SHEET.id,
    sheetDate: SHEET.valid_from,
    entryIndex: 0,
    costMaximumMicros: micros,
    rule: 'a test',
    snapshot: {
      currency: 'USD',
      per: 'task',
      sheetId: SHEET.id,
      sheetDate: SHEET.valid_from,
      entryIndex: 0,
      rule: 'a test',
      minimumMicros: text,
      maximumMicros: text,
      unitPriceMicros: text,
      costMaximumMicros: text,
      amount: '1',
      unitPrice: '1',
      markupPercent: '0',
      unit: 'USD',
      rounding: 'exact',
      minimumSeconds: 0,
    },
  };
}

export const clip = (with_: Partial<Clip> = {}): Clip => ({
  name: 'clip',
  family: 0,
  order: ORDER,
  deadlineMs: Number.POSITIVE_INFINITY,
  seconds: 5,
  bytes: 0,
  ...with_,
});

export function pathClip(renders: RenderTimes, micros = 1_000_000n): PathClip {
  const price = priced(micros);
  return {
    supported: { ok: true },
    sheet: SHEET,
    priced: price,
    charged: { priced: price, costMicros: micros, failedCostMicros: 0n },
    renders,
    declaredMs: renderMsAt(renders, 0.5),
    // As if it had been running for a while: in no order, for the oldest are forgotten first.
    knownMs: Array.from({ length: 200 }, (_, index) =>
      renderMsAt(renders, (((index * 89) % 200) + 0.5) / 200),
    ),
  };
}

export const path = (with_: Partial<WorldPath> = {}): WorldPath => ({
  name: 'direct',
  sandbox: false,
  clips: [],
  slots: [{ slots: 1, known: true }],
  full: 'refuses',
  submitsPerSecond: null,
  submitMs: 0,
  questionMs: 0,
  batch: 1,
  // At once: the end of a render is known when it happens.
  callbacks: { arrive: 1, delayMs: 1e-6 },
  failureShare: 0,
  linkLifeMs: null,
  depositMicros: null,
  ...with_,
});

export const everybody: WorldAccount = { name: 'everybody', share: 1, weight: 1, maxInFlight: null };

export const world = (with_: Partial<World> = {}): World => ({
  families: ['kling-v3'],
  clips: [clip()],
  accounts: [everybody],
  paths: [],
  policy: 'cheapest',
  weights: {},
  retry: { rerun: true, orderAgain: 0, orderAgainAfterMs: 0, giveUpAfterMs: null },
  gateway: {
    submitsAtOnce: 1_000_000,
    copiesAtOnce: 1_000_000,
    copyBytesPerMs: 1e9,
    copyOverheadMs: 0,
    queryRate: 1e9,
    queryBurst: 1e9,
  },
  ...with_,
});

/** So many tasks an hour, by chance, all the time. */
export function steady(tasksPerHour: number, hours: number, warmUpHours = 0): Workload {
  return {
    kind: 'described',
    warmUpMs: warmUpHours * 3_600_000,
    totalMs: hours * 3_600_000,
    tasksPerHour: Array.from({ length: 168 }, () => tasksPerHour),
    mix: [{ clip: 0, share: 1 }],
    bursts: [],
  };
}
