/** A name that changes its address between two questions never gets us to an unchecked one. */
import { describe, expect, it, vi } from 'vitest';
import { virtualClock } from '../clock/virtual.ts';
import { readAllowList } from './allow.ts';
import type { Connections } from './connections.ts';
import { get, LIMITS } from './exam/requests.ts';
import { firstHop } from './hop.ts';
import { createResolver } from './resolve.ts';
import { createSender } from './send.ts';
import { startWatch } from './watch.ts';

function senderOver(
  answers: (question: number) => readonly string[],
  far: 'refusing' | 'silent' = 'refusing',
) {
  const clock = virtualClock(0);
  const dialled: string[] = [];
  let questions = 0;
  const connections: Connections = {
    takeIdle: () => null,
    dial: async (_target, address, signal) => {
      dialled.push(address);
      if (far === 'silent') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return {
        kind: 'failed',
        reason: far === 'silent' ? 'connect_timeout' : 'connect_refused',
        detail: 'nobody there',
      };
    },
    close: async () => undefined,
  };
  const nobody = readAllowList([]);
  const send = createSender(
    clock,
    {
      allow: { configured: nobody, given: nobody },
      allowHttp: false,
      allowedPorts: [],
      own: () => ({ origins: [], ports: [] }),
    },
    createResolver(async () => answers(questions++), clock),
    connections,
  );
  async function once() {
    const hop = firstHop(get('https://flips.example.com/', { trust: 'given' }), 'identity');
    if ('refused' in hop) throw new Error(hop.refused);
    const watch = startWatch(clock, LIMITS);
    const result = await send(hop, watch, LIMITS);
    watch.stop();
    return result;
  }
  return { once, dialled, questions: () => questions, clock };
}

describe('rebinding', () => {
  it('500 flips: only checked addresses are dialled', async () => {
    const flips = senderOver((question) => (question % 2 === 0 ? ['93.184.216.34'] : ['127.0.0.1']));
    const reasons: string[] = [];
    for (let nth = 0; nth < 500; nth += 1) {
      const result = await flips.once();
      if (result.kind === 'not_sent') reasons.push(result.reason);
      flips.clock.advance(60_000);
    }
    expect(new Set(flips.dialled)).toEqual(new Set(['93.184.216.34']));
    expect(reasons.filter((reason) => reason === 'connect_refused').length).toBe(250);
    expect(reasons.filter((reason) => reason === 'address_blocked').length).toBe(250);
  });

  it('asks once per request and dials what it judged', async () => {
    const stable = senderOver(() => ['93.184.216.34', '2606:2800:220:1::1']);
    await stable.once();
    expect(stable.questions()).toBe(1);
    expect(stable.dialled).toEqual(['93.184.216.34', '2606:2800:220:1::1']);
  });

  it.each([
    [['93.184.216.34', '127.0.0.1']],
    [['93.184.216.34', '::1']],
    [['2606:2800:220:1::1', 'fd00::1', '93.184.216.34']],
    [['93.184.216.34', '::ffff:10.0.0.1']],
    [['93.184.216.34', 'not an address']],
  ])('one bad address among good ones refuses all: %j', async (addresses) => {
    const mixed = senderOver(() => addresses);
    expect(await mixed.once()).toMatchObject({ kind: 'not_sent', reason: 'address_blocked' });
    expect(mixed.dialled).toEqual([]);
  });

  it('a dead first address gets its share of the time only', async () => {
    const silent = senderOver(() => ['93.184.216.34', '93.184.216.35'], 'silent');
    const pending = silent.once();
    await vi.waitUntil(() => silent.dialled.length === 1);
    silent.clock.advance(LIMITS.connectMs / 2);
    await vi.waitUntil(() => silent.dialled.length === 2);
    silent.clock.advance(LIMITS.connectMs / 2);
    expect(await pending).toMatchObject({ kind: 'not_sent', reason: 'connect_timeout' });
  });
});
