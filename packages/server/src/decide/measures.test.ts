import { describe, expect, test } from 'vitest';
import { type Measured, measuresOf, spread } from './measures.ts';

const T0 = Date.UTC(2026, 10, 29, 12);
const S = 1000;

function attempt(more: Partial<Measured> = {}): Measured {
  return {
    shape: 'kling-3.0/text-to-video/720p/5',
    family: 'kling-v3',
    state: 'succeeded',
    reason: null,
    ordered_at: T0,
    sent_at: T0 + 2 * S,
    accepted_at: T0 + 3 * S,
    ended_at: T0 + 63 * S,
    cost_micros: 400_000n,
    error_code: null,
    delivered_seconds: 5,
    expires_at: T0 + 3663 * S,
    stored_at: T0 + 65 * S,
    lost: false,
    called_at: T0 + 63 * S,
    verified: true,
    upstream_ended_at: T0 + 60 * S,
    refusal_kind: null,
    ...more,
  };
}

const nothing = {
  delivered_seconds: null,
  stored_at: null,
  expires_at: null,
  called_at: null,
  verified: null,
};

describe('measures', () => {
  test('the true price counts what delivered nothing', () => {
    const failed = attempt({ ...nothing, state: 'failed', cost_micros: 200_000n });
    const { money, ends } = measuresOf([attempt(), attempt(), failed], true);
    expect(money).toEqual({
      cost: '1.00',
      cost_of_failures: '0.20',
      delivered_seconds: 10,
      per_delivered_second: '0.10',
    });
    expect(ends).toMatchObject({ succeeded: 2, failed: 1, failure_share: 1 / 3 });
  });

  test('waits, renders, saves and links', () => {
    const found = measuresOf([attempt()], true);
    expect(found.submit_ms?.p50).toBe(1 * S);
    expect(found.queue_wait_ms?.p50).toBe(2 * S);
    expect(found.save_ms?.p50).toBe(2 * S);
    expect(found.renders).toMatchObject([
      { model: 'kling-3.0', mode: 'text-to-video', resolution: '720p', seconds: 5, rendered: 1 },
    ]);
    expect(found.renders[0]?.render_ms?.p50).toBe(57 * S);
    expect(found.detection_lag_ms?.p50).toBe(3 * S);
    expect(found.callbacks.delay_ms?.p50).toBe(3 * S);
    expect(found.links.stated_life_seconds).toEqual({ least: 3600, most: 3600, count: 1 });
    expect(found.length.ratio).toBe(1);
  });

  test('at once: an end makes room before the next send of the same instant', () => {
    const next = attempt({ sent_at: T0 + 63 * S, accepted_at: T0 + 64 * S, ended_at: T0 + 99 * S });
    expect(measuresOf([attempt(), next], true).most_in_flight).toBe(1);
    expect(measuresOf([attempt(), attempt({ sent_at: T0 + 10 * S })], true).most_in_flight).toBe(2);
  });

  test('refusals by kind, and they take no slot', () => {
    const refused = attempt({ ...nothing, state: 'refused', reason: 'no slot', cost_micros: null });
    const found = measuresOf([attempt(), refused, refused], true);
    expect(found.refusals).toEqual([{ kind: 'no slot', count: 2, share: 2 / 3 }]);
    expect(found.hours).toEqual([
      { hour: '2026-11-29T12:00:00.000Z', attempts: 3, most_in_flight: 1, refused: 2, limits: [] },
    ]);
  });

  test('moderation is not the upstream’s failure', () => {
    const moderated = attempt({ ...nothing, state: 'failed', error_code: 'moderated' });
    expect(measuresOf([attempt(), moderated], true).ends).toMatchObject({
      failure_share: 0,
      moderation_share: 0.5,
    });
  });

  test('callbacks are expected only where an address was given', () => {
    const silent = attempt({ called_at: null, verified: null });
    expect(measuresOf([attempt(), silent], true).callbacks).toMatchObject({
      expected: 2,
      arrived: 1,
      share: 0.5,
    });
    expect(measuresOf([silent], false).callbacks).toMatchObject({ expected: 0, share: null });
  });

  test('without traffic nothing is claimed', () => {
    const found = measuresOf([], true);
    expect(found).toMatchObject({ attempts: 0, hours: [], submit_ms: null, renders: [] });
    expect(found.money.per_delivered_second).toBeNull();
    expect(spread([])).toBeNull();
  });
});
