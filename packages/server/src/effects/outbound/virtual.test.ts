import { describe, expect, it } from 'vitest';
import { virtualClock } from '../clock/virtual.ts';
import { get, LIMITS, post } from './exam/requests.ts';
import { type FarAnswer, type OutboundFault, virtualOutbound } from './virtual.ts';

const ORIGIN = 'https://api.example.com';

function world(options: { fault?: OutboundFault; answer?: FarAnswer; latencyMs?: number } = {}) {
  const clock = virtualClock(0);
  const heard: string[] = [];
  const outbound = virtualOutbound({
    clock,
    farEnd: (origin) =>
      origin === ORIGIN
        ? {
            handle: async (request) => {
              heard.push(`${request.method} ${request.url} ${Buffer.from(request.body).toString()}`);
              return options.answer ?? { status: 200, headers: { 'X-Id': '7' }, body: '0123456789' };
            },
          }
        : undefined,
    fault: () => options.fault ?? null,
    latencyMs: () => options.latencyMs ?? 0,
  });
  return { clock, heard, outbound };
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

describe('virtual outbound', () => {
  it('carries request and answer', async () => {
    const { outbound, heard } = world();
    expect(await outbound.request(post(`${ORIGIN}/v1`, { body: 'hello' }))).toEqual({
      kind: 'answered',
      status: 200,
      headers: { 'x-id': '7' },
      body: Buffer.from('0123456789'),
      finalUrl: `${ORIGIN}/v1`,
    });
    expect(heard).toEqual([`POST ${ORIGIN}/v1 hello`]);
  });

  it('does not know other names, and reads addresses as strictly as the real one', async () => {
    const { outbound } = world();
    expect(await outbound.request(get('https://other.example.com/'))).toMatchObject({ reason: 'dns' });
    expect(await outbound.request(get('https://a@api.example.com/'))).toMatchObject({ reason: 'bad_url' });
  });

  it.each([
    [{ kind: 'not_sent', reason: 'connect_refused' }, { kind: 'not_sent', reason: 'connect_refused' }, 0],
    [{ kind: 'lost_before', reason: 'reset' }, { kind: 'lost', reason: 'reset' }, 0],
    [{ kind: 'lost_after', reason: 'reset' }, { kind: 'lost', reason: 'reset' }, 1],
    [{ kind: 'cut', afterBytes: 3 }, { kind: 'lost', reason: 'reset', status: 200 }, 1],
  ] as const)('fault %j', async (fault, expected, effects) => {
    const { outbound, heard } = world({ fault });
    expect(await outbound.request(post(`${ORIGIN}/v1`))).toMatchObject(expected);
    expect(heard.length).toBe(effects);
  });

  it.each(['lost_before', 'lost_after'] as const)('%s by time-out takes its time', async (kind) => {
    const { outbound, clock } = world({ fault: { kind, reason: 'timeout' } });
    const pending = outbound.request(post(`${ORIGIN}/v1`));
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nextWake()).toBe(LIMITS.headersMs);
    clock.advance(LIMITS.headersMs);
    expect(await pending).toMatchObject({ kind: 'lost', reason: 'timeout' });
  });

  it('a way that takes longer than allowed is lost before it is heard', async () => {
    const { outbound, clock, heard } = world({ latencyMs: LIMITS.headersMs + 1 });
    const pending = outbound.request(post(`${ORIGIN}/v1`));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(LIMITS.headersMs);
    expect(await pending).toMatchObject({ kind: 'lost', reason: 'timeout' });
    expect(heard).toEqual([]);
  });

  it('drop closes the connection', async () => {
    const { outbound } = world({ answer: { drop: true } });
    expect(await outbound.request(post(`${ORIGIN}/v1`))).toMatchObject({ kind: 'lost', reason: 'reset' });
  });

  it('plays an answer that is late, slow or cut', async () => {
    const body = '0123456789';
    const late = world({ answer: { status: 200, headers: {}, body, delayMs: 3_000 } });
    const pending = late.outbound.request(get(ORIGIN));
    await new Promise((resolve) => setImmediate(resolve));
    late.clock.advance(3_000);
    expect(await pending).toMatchObject({ kind: 'answered' });

    const cut = world({ answer: { status: 200, headers: {}, body, cutAfterBytes: 4 } });
    expect(await cut.outbound.request(get(ORIGIN))).toMatchObject({ kind: 'lost', reason: 'reset' });

    const everyMs = LIMITS.idleMs + 1;
    const slow = world({ answer: { status: 200, headers: {}, body, trickle: { bytes: 5, everyMs } } });
    const waiting = slow.outbound.request(get(ORIGIN));
    await new Promise((resolve) => setImmediate(resolve));
    slow.clock.advance(everyMs);
    expect(await waiting).toMatchObject({ kind: 'lost', reason: 'timeout', status: 200 });
  });

  it('streams with a cut in the middle or a wrong bit', async () => {
    const cut = await world({ fault: { kind: 'cut', afterBytes: 4 } }).outbound.stream(get(ORIGIN));
    if (cut.kind !== 'streaming') throw new Error(cut.detail);
    await expect(readAll(cut.body)).rejects.toMatchObject({ reason: 'reset' });
    const wrong = await world({ fault: { kind: 'flip', atByte: 2 } }).outbound.stream(get(ORIGIN));
    if (wrong.kind !== 'streaming') throw new Error(wrong.detail);
    expect(await readAll(wrong.body)).toBe('0133456789');
  });

  it('leaves no timer behind', async () => {
    const { outbound, clock } = world();
    await outbound.request(get(ORIGIN));
    const streaming = await outbound.stream(get(ORIGIN));
    if (streaming.kind === 'streaming') streaming.cancel();
    await outbound.request(get('https://other.example.com/'));
    expect(clock.nextWake()).toBeNull();
  });
});
