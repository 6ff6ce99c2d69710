/**
 * Two independent readings against ours: the catalogue (what is sold, at which price) and the emulator (what is
 * taken). An order that we build must be taken there, and the price sheets must agree on what a credit buys.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ModelDefinition, PriceSheet } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { play } from '../conformance/play.ts';
import { createDrive } from '../drive.ts';
import { evolink } from './adapter.ts';
import { evolinkModels } from './models.ts';
import { declaredOrders } from './testing/orders.ts';
import { emulatedWith } from './testing/stage.ts';
import { ids, pathOf } from './testing/subject.ts';

const folder = new URL('../../../catalogue/', import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const sold = readdirSync(new URL('models/', folder)).map((file) =>
  ModelDefinition.parse(read(`models/${file}`)),
);
const sheets = ['2026-04-08', '2026-10-10'].map((date) =>
  PriceSheet.parse(read(`prices/evolink-${date}.json`)),
);

test('every model and mode on offer is in the catalogue', () => {
  for (const [model, modes] of Object.entries(evolinkModels)) {
    const found = sold.find(({ id }) => id === model);
    expect(Object.keys(found?.modes ?? {}), model).toEqual(expect.arrayContaining(Object.keys(modes)));
  }
});

test('the emulator takes every order that we declare', async () => {
  const stage = emulatedWith(pathOf(evolink)).open('main');
  const drive = createDrive({
    outbound: stage.outbound,
    clock: { now: stage.nowMs, monotonic: stage.nowMs },
  });
  for (const { about, order } of declaredOrders()) {
    const path = stage.path();
    const { outcome } = await drive.runSubmit(evolink.submit(path, order, ids), path);
    expect(outcome.kind, `${about}: ${JSON.stringify(outcome, (_key, value) => String(value))}`).toBe(
      'accepted',
    );
  }
});

test('what a callback names can be asked about', async () => {
  const stage = emulatedWith(pathOf(evolink)).open('main');
  const drive = createDrive({
    outbound: stage.outbound,
    clock: { now: stage.nowMs, monotonic: stage.nowMs },
  });
  stage.loseNext('accepted, then cut');
  const path = stage.path();
  const { outcome } = await drive.runSubmit(evolink.submit(path, stage.order, ids), path);
  expect(outcome.kind).toBe('unknown');
  const upstreamId = stage.accepts()[0]?.upstreamId ?? '';
  const body = JSON.stringify({ id: upstreamId, status: 'completed' });
  const hint = evolink.readCallback(path, { headers: {}, body, receivedAtMs: stage.nowMs() }, []);
  const handle = hint.kind === 'hint' ? hint.handle : null;
  const asked = play(evolink.observe(path, [{ attemptId: 'a', correlationId: 'c', handle }]), {
    kind: 'lost',
    reason: 'reset',
  });
  expect(asked.requests[0]?.url).toBe(`/v1/tasks/${upstreamId}`);
});

describe('price sheets', () => {
  test('only what this path renders is priced', () => {
    for (const { entries, id } of sheets) {
      for (const { model, modes, resolution, sound } of entries) {
        for (const mode of modes ?? []) {
          const routes = evolinkModels[model]?.[mode] ?? [];
          const one = routes.some(
            (route) =>
              (!resolution || route.resolutions.includes(resolution)) &&
              (sound ?? []).every((way) => route.sounds.includes(way)),
          );
          expect(one, `${id}: ${model} ${mode} ${resolution} ${sound}`).toBe(true);
        }
      }
    }
  });

  test('the dollar moved, the credits did not', () => {
    const [april, october] = sheets;
    const key = ({ amount: _amount, ...rest }: PriceSheet['entries'][number]) => JSON.stringify(rest);
    const later = new Map(october?.entries.map((entry) => [key(entry), Number(entry.amount)]));
    for (const entry of april?.entries ?? []) {
      // The older list was published in dollars with three or four digits.
      const change = (later.get(key(entry)) ?? 0) / Number(entry.amount);
      expect(Math.abs(change - 1), key(entry)).toBeLessThan(0.001);
    }
    expect(Number(october?.unit_price.amount) / Number(april?.unit_price.amount)).toBeCloseTo(72 / 68, 4);
  });
});
