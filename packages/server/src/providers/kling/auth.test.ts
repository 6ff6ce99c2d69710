import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { answer, lost, play } from '../conformance/play.ts';
import type { PathContext } from '../contract.ts';
import { kling } from './adapter.ts';
import { accessOf, KlingCredential, KlingSettings, signToken } from './auth.ts';
import { concurrencyOf } from './balance.ts';
import { orderOf } from './testing/orders.ts';
import { accessKey, apiKey, secretKey, startMs } from './testing/stage.ts';
import { ids, klingSubject, paths } from './testing/subject.ts';

describe('credentials', () => {
  test.each([
    [{ api_key: apiKey }, true],
    [{ access_key: accessKey, secret_key: secretKey }, true],
    [{ access_key: accessKey }, false],
    [{ api_key: apiKey, access_key: accessKey, secret_key: secretKey }, false],
    [{}, false],
    [{ api_key: 'has a space' }, false],
    [{ api_key: apiKey, other: 'x' }, false],
  ])('%o: %s', (credential, valid) => {
    expect(KlingCredential.safeParse(credential).success).toBe(valid);
  });

  test('settings', () => {
    expect(KlingSettings.safeParse({}).success).toBe(true);
    expect(KlingSettings.safeParse({ generation: 'old' }).success).toBe(false);
    expect(KlingSettings.safeParse({ webhook_secret: 'abc' }).success).toBe(false);
  });

  test.each([
    [{ api_key: apiKey }, {}, 'new'],
    [{ api_key: apiKey }, { generation: 'legacy' }, 'legacy'],
    [{ access_key: accessKey, secret_key: secretKey }, {}, 'legacy'],
  ])('the generation of %o with %o is %s', (credential, settings, generation) => {
    expect(accessOf({ ...paths.new, credential, settings })).toMatchObject({ ok: true, generation });
  });

  test('a key pair on the new generation is refused everywhere, and nothing is sent', () => {
    const path: PathContext = { ...paths.legacy, settings: { generation: 'new' } };
    expect(kling.supports(orderOf(), path)).toMatchObject({ ok: false, field: 'path' });
    const submit = play(kling.submit(path, orderOf(), ids), lost);
    expect(submit).toMatchObject({ requests: [], outcome: { kind: 'refused', class: 'credentials' } });
    const questions = [
      play(kling.balance(path), lost),
      play(kling.find(path, [{ correlationId: 'a', order: orderOf(), sentAtMs: 0 }]), lost),
    ];
    for (const { requests, outcome } of questions) {
      expect(requests).toEqual([]);
      expect(outcome).toMatchObject({ kind: 'question_failed', class: 'credentials' });
    }
  });
});

describe('the token of a key pair', () => {
  const token = signToken(accessKey, secretKey, startMs);

  test('verifies with another library, for half an hour from five seconds ago', async () => {
    const key = new TextEncoder().encode(secretKey);
    const { payload, protectedHeader } = await jwtVerify(token, key, { currentDate: new Date(startMs) });
    const seconds = startMs / 1000;
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({ iss: accessKey, exp: seconds + 1800, nbf: seconds - 5 });
    const later = { currentDate: new Date(startMs + 1_800_000) };
    await expect(jwtVerify(token, key, later)).rejects.toThrow(/exp/);
  });

  test('is made anew for each request', () => {
    const headers = [0, 60_000].map((ms) => {
      const path = { ...paths.legacy, nowMs: startMs + ms };
      return play(kling.submit(path, orderOf(), ids), lost).requests[0]?.headers.authorization;
    });
    expect(headers[0]).toBe(`Bearer ${token}`);
    expect(headers[1]).not.toBe(headers[0]);
  });
});

describe('balance', () => {
  const document = klingSubject().documents.find(({ name }) => name === 'account-costs');

  test('asks with both ends of the window and reads packs, units left and parallel tasks', () => {
    const { requests, outcome } = play(kling.balance(paths.new), answer(JSON.stringify(document?.body)));
    expect(requests[0]?.url).toBe(
      `/account/costs?start_time=${startMs - 366 * 86_400_000}&end_time=${startMs}`,
    );
    if (outcome.kind !== 'wallet') throw new Error(outcome.kind);
    expect(outcome.wallet).toMatchObject({ unit: 'unit', remainingMicros: 61_300_000n });
    expect(outcome.wallet.packs.map(({ name, concurrency }) => [name, concurrency])).toEqual([
      ['Trial-Video-100Units-5Con-1Months', 5],
      ['Trial-Image-1000Units-9Con-1Months', 9],
      ['Video-500Units-20Con-3Months', null],
    ]);
  });

  test('an account without packs has no figure, one whose packs ran out has nothing left', () => {
    const costs = (packs: object[]) =>
      play(
        kling.balance(paths.new),
        answer(JSON.stringify({ code: 0, data: { code: 0, resource_pack_subscribe_infos: packs } })),
      ).outcome;
    expect(costs([])).toMatchObject({ kind: 'wallet', wallet: { remainingMicros: null } });
    const empty = {
      resource_pack_name: 'V-5Con-1M',
      remaining_quantity: 0,
      total_quantity: 1,
      status: 'runOut',
    };
    expect(costs([empty])).toMatchObject({ wallet: { remainingMicros: 0n } });
  });

  test('an error inside the inner envelope is a failed question', () => {
    const body = JSON.stringify({ code: 0, data: { code: 1302, msg: 'slow down' } });
    expect(play(kling.balance(paths.new), answer(body)).outcome).toMatchObject({ class: 'throttled' });
  });

  test.each([
    ['Trial-Video-100Units-5Con-1Months', 5],
    ['5Con', 5],
    ['Video-100Units-1Months', null],
    ['Video-5Content-1Months', null],
  ])('%s allows %s', (name, expected) => {
    expect(concurrencyOf(name)).toBe(expected);
  });
});
