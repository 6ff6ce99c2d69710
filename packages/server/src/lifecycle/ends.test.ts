import type { PriceSheet } from '@sluice/contract';
import { expect, test } from 'vitest';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { quote } from '../decide/pricing.ts';
import { readCatalogueFiles } from '../effects/catalogue/read.ts';
import type { Observation, UpstreamCost } from '../providers/contract.ts';
import { klingSubject } from '../providers/kling/testing/subject.ts';
import { succeeded } from './ends.ts';

const catalogue = loadCatalogue(readCatalogueFiles());
const order = klingSubject().plainOrder;
const now = {
  clock: { now: () => 90_000, monotonic: () => 0, sleep: async () => {}, turn: async () => {} },
  random: noRandom(),
};

function noRandom() {
  return { fraction: () => 0.5, bytes: (length: number) => new Uint8Array(length) };
}

function sheetOf(id: string): PriceSheet {
  const sheet = catalogue.sheet(id);
  if (!sheet) throw new Error(`there is no sheet ${id}`);
  return sheet;
}

function endedOn(sheet: PriceSheet, cost: UpstreamCost | null) {
  const model = catalogue.model(order.model)?.model;
  const priced = model && quote(order, model, sheet, { markupPercent: 0, currency: 'USD' });
  if (!priced?.ok) throw new Error('the order has no price');
  const row = {
    id: 'att',
    accepted_at: 1_000,
    asks: 3,
    cancel_requested: false,
    order,
    price: priced.snapshot,
  };
  const observation: Observation = {
    upstreamId: 'up',
    correlationId: null,
    status: 'succeeded',
    word: 'completed',
    progress: 100,
    outputs: [{ url: 'https://x.example/clip.mp4', expiresAtMs: null, livesFromMs: 60_000, seconds: 5.04 }],
    failure: null,
    cost,
    changedAtMs: 60_000,
  };
  return succeeded(now, { path: { name: 'routed', sheet, linkLifeSeconds: null } }, row, observation);
}

const credits = { unit: 'credit', amountMicros: 27_000_000n };

test('what the upstream states is what it took, in its unit and in money', () => {
  const { cost } = endedOn(sheetOf('evolink-2026-04-08'), credits);
  expect(cost).toEqual({ unit: 'credit', unitMicros: 27_000_000n, micros: 375_003n });
});

test('in a unit that the sheet cannot turn into money: its figure is kept, and the sheet says how much it was', () => {
  const { cost } = endedOn(sheetOf('seed-2026-04-08'), credits);
  expect(cost).toEqual({ unit: 'credit', unitMicros: 27_000_000n, micros: 375_000n });
});

test('where it states nothing, the sheet says so', () => {
  const { cost } = endedOn(sheetOf('seed-2026-04-08'), null);
  expect(cost).toEqual({ unit: 'USD', unitMicros: 375_000n, micros: 375_000n });
});

test('how late we heard of the end is written down', () => {
  expect(endedOn(sheetOf('seed-2026-04-08'), null).note.data).toMatchObject({ lag_ms: 30_000 });
});
