import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject, readJson } from '../json.ts';
import { type KlingCallback, signCallback } from './callbacks.ts';
import type { KlingSettings } from './settings.ts';
import { type Desk, openDesk } from './testing/desk.ts';

const secret = `whsec_${Buffer.from('testsecrettestsecrettestsecret12').toString('base64')}`;
const turbo = '/text-to-video/kling-3.0-turbo';
const url = 'http://receiver.test/hook';

function desk(webhookSecret: string | string[] | null, settings: Partial<KlingSettings> = {}): Desk {
  const pack = { name: 'p', type: 'video', units: '100', concurrency: 5 } as const;
  const signed = webhookSecret === null ? {} : { webhookSecret };
  return openDesk({ accounts: [{ name: 'team', apiKeys: ['key-1'], packs: [pack], ...signed }], settings });
}

/** Lets a task run to its end and gathers every callback on the way. */
function run(open: Desk, stepMs = 100, steps = 400): KlingCallback[] {
  const found: KlingCallback[] = [];
  for (let step = 0; step < steps; step++) {
    found.push(...open.kling.dueCallbacks());
    open.pass(stepMs);
  }
  return found;
}

function bodyOf(callback: KlingCallback | undefined): JsonObject {
  const value = readJson(new TextDecoder().decode(callback?.body));
  return isObject(value) ? value : {};
}

const order = (extra: JsonObject = {}): JsonObject => ({
  prompt: 'a',
  settings: { duration: 3 },
  options: { callback_url: url, external_task_id: 'mine', ...extra },
});

describe('the signature', () => {
  test('the published vector', () => {
    const body =
      '{"id":"1234567890","status":"succeeded","message":"",' +
      '"create_time":1781080778802,"update_time":1781080794151}';
    expect(signCallback(secret, '9876543210', 1781080794, new TextEncoder().encode(body))).toBe(
      'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
    );
  });

  test('an independent verifier accepts it, and refuses it when the body is changed', async () => {
    const open = desk(secret);
    await open.create(turbo, order());
    const [first] = run(open);
    const payload = new TextDecoder().decode(first?.body);
    const headers = first?.headers ?? {};
    const age = Math.abs(Number(headers['webhook-timestamp']) - Math.floor(open.now() / 1000));
    expect(age).toBeLessThan(60);
    // The verifier reads the real clock, so the age check is ours above and the signature check is its own.
    const mac = new Webhook(secret).sign(
      headers['webhook-id'] ?? '',
      new Date(Number(headers['webhook-timestamp']) * 1000),
      payload,
    );
    expect(headers['webhook-signature']).toBe(mac);
  });

  test('during a rotation there are two, and without a secret none', async () => {
    const two = desk([secret, `whsec_${Buffer.from('another').toString('base64')}`]);
    await two.create(turbo, order());
    expect(run(two)[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    const none = desk(null);
    await none.create(turbo, order());
    expect(Object.keys(run(none)[0]?.headers ?? {})).toEqual(['content-type', 'content-length']);
  });

  test('legacy callbacks are signed as the setting says', async () => {
    for (const signLegacyCallbacks of [true, false]) {
      const open = desk(secret, { signLegacyCallbacks });
      const body = { model_name: 'kling-v3', prompt: 'a', callback_url: url };
      await open.create('/v1/videos/text2video', body);
      expect('webhook-signature' in (run(open)[0]?.headers ?? {})).toBe(signLegacyCallbacks);
    }
  });
});

describe('what is told', () => {
  test('each change once, as a bare record in the shape of the path', async () => {
    const open = desk(null);
    const id = await open.create(turbo, order());
    const all = run(open);
    expect(all.map((callback) => bodyOf(callback).status)).toEqual(['submitted', 'processing', 'succeeded']);
    expect(all.every((callback) => callback.url === url && callback.taskId === id)).toBe(true);
    expect(new Set(all.map((callback) => callback.id)).size).toBe(3);
    const last = bodyOf(all.at(-1));
    expect(last).toMatchObject({ id, external_id: 'mine', billing: [{ amount: '2.4' }] });
    expect(last).not.toHaveProperty('data');
  });

  test('the legacy shape for a legacy task', async () => {
    const open = desk(null);
    const body = { model_name: 'kling-v3', prompt: 'a', callback_url: url };
    const id = await open.create('/v1/videos/text2video', body);
    const last = bodyOf(run(open).at(-1));
    expect(last).toMatchObject({ task_id: id, task_status: 'succeed', final_unit_deduction: '3' });
    expect(last).not.toHaveProperty('watermark_info');
  });

  test('only the statuses that are switched on, and nobody who did not ask', async () => {
    const open = desk(null, { callbackStatuses: ['terminal'] });
    await open.create(turbo, order());
    await open.create(turbo, { prompt: 'a' });
    expect(run(open).map((callback) => bodyOf(callback).status)).toEqual(['succeeded']);
  });

  test('the first may be due before the create was answered', async () => {
    const open = openDesk({ timing: { callbackMs: 0 } });
    open.kling.faults.next('create', { do: 'slow', ms: 5_000 });
    const reply = await open.kling.handle({
      method: 'POST',
      url: turbo,
      headers: { authorization: 'Bearer key-1' },
      body: new TextEncoder().encode(JSON.stringify(order())),
    });
    expect(reply).toMatchObject({ status: 200, delayMs: 5_000 });
    expect(open.kling.dueCallbacks()).toHaveLength(1);
  });
});

describe('repeats', () => {
  test('a refused one comes again with the same id, as often as the setting says', async () => {
    const open = desk(secret, { callbackStatuses: ['terminal'], callbackRetries: 2, callbackRetryMs: 1_000 });
    await open.create(turbo, order());
    const times: number[] = [];
    const ids = new Set<string>();
    for (let step = 0; step < 300; step++) {
      for (const callback of open.kling.dueCallbacks()) {
        times.push(open.now());
        ids.add(callback.id);
        open.kling.callbackAnswered(callback.id, step % 2 === 0 ? 500 : null);
      }
      open.pass(100);
    }
    expect(times).toHaveLength(3);
    expect(ids.size).toBe(1);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(1_000);
  });

  test('an accepted one does not', async () => {
    const open = desk(null, { callbackStatuses: ['terminal'] });
    await open.create(turbo, order());
    let seen = 0;
    for (let step = 0; step < 300; step++) {
      for (const callback of open.kling.dueCallbacks()) {
        seen += 1;
        open.kling.callbackAnswered(callback.id, 204);
      }
      open.pass(100);
    }
    expect(seen).toBe(1);
    expect(open.kling.nextChange()).toBeNull();
  });
});

describe('faults', () => {
  const onlyTerminal = { callbackStatuses: ['terminal'] } satisfies Partial<KlingSettings>;

  test('lost, duplicated, late, stale, unsigned', async () => {
    const lost = desk(secret, onlyTerminal);
    lost.kling.faults.next('callback', { do: 'lost' });
    await lost.create(turbo, order());
    expect(run(lost)).toHaveLength(0);

    const twice = desk(secret, onlyTerminal);
    twice.kling.faults.next('callback', { do: 'duplicate', times: 3 });
    await twice.create(turbo, order());
    const copies = run(twice);
    expect(copies).toHaveLength(4);
    expect(new Set(copies.map((copy) => copy.id)).size).toBe(1);

    const late = desk(secret, onlyTerminal);
    late.kling.faults.next('callback', { do: 'late', ms: 30_000 });
    await late.create(turbo, order());
    expect(run(late, 100, 300)).toHaveLength(0);
    expect(run(late, 100, 300)).toHaveLength(1);

    const stale = desk(secret, onlyTerminal);
    stale.kling.faults.next('callback', { do: 'stale', ageMs: 400_000 });
    await stale.create(turbo, order());
    const [old] = run(stale);
    const age = open(stale) - Number(old?.headers['webhook-timestamp']);
    expect(age).toBeGreaterThan(300);

    const unsigned = desk(secret, onlyTerminal);
    unsigned.kling.faults.next('callback', { do: 'unsigned' });
    await unsigned.create(turbo, order());
    expect(run(unsigned)[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  test('a forged one comes with a wrong key beside the genuine one; a lie is well signed', async () => {
    const forged = desk(secret, onlyTerminal);
    forged.kling.faults.next('callback', { do: 'forged' });
    await forged.create(turbo, { ...order(), prompt: '[moderate]' });
    const both = run(forged);
    expect(both.map((callback) => bodyOf(callback).status)).toEqual(['succeeded', 'failed']);
    expect(both.map((callback) => isGenuine(callback))).toEqual([false, true]);

    const lie = desk(secret, onlyTerminal);
    lie.kling.faults.next('callback', { do: 'lie', status: 'failed' });
    await lie.create(turbo, order());
    const [told] = run(lie);
    expect(bodyOf(told).status).toBe('failed');
    expect(told !== undefined && isGenuine(told)).toBe(true);
  });
});

function open(of: Desk): number {
  return Math.floor(of.now() / 1000);
}

function isGenuine({ headers, body }: KlingCallback): boolean {
  const id = headers['webhook-id'] ?? '';
  return (
    headers['webhook-signature'] === signCallback(secret, id, Number(headers['webhook-timestamp']), body)
  );
}
