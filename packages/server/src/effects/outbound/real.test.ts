import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../clock/real.ts';
import { virtualClock } from '../clock/virtual.ts';
import { answer, type FarEnd, farEnd, type Script } from './exam/far-end.ts';
import { get, LIMITS, post } from './exam/requests.ts';
import { selfSigned } from './exam/self-signed.ts';
import { createOutbound, type OutboundOptions, type RealOutbound } from './real.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function outboundWith(more: Partial<OutboundOptions> = {}): RealOutbound {
  const outbound = createOutbound({
    clock: realClock,
    allow: { configured: ['127.0.0.0/8'], given: ['127.0.0.0/8'] },
    allowHttp: false,
    resolve: async () => ['127.0.0.1'],
    ...more,
  });
  closing.unshift(() => outbound.close());
  return outbound;
}

async function far(script: Script, options: Parameters<typeof farEnd>[1] = {}): Promise<FarEnd> {
  const server = await farEnd(script, options);
  closing.push(() => server.close());
  return server;
}

describe('a request', () => {
  it('goes out whole and comes back whole', async () => {
    const server = await far((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nX-Twice: a\r\nx-twice: b\r\ncontent-length: 2\r\n\r\nok'),
    );
    const headers = { Authorization: 'Bearer k', 'content-type': 'application/json' };
    const result = await outboundWith().request(post(`${server.origin}/v1/x?y=%20z#frag`, { headers }));
    expect(result).toEqual({
      kind: 'answered',
      status: 200,
      headers: { 'x-twice': 'a, b', 'content-length': '2' },
      body: Buffer.from('ok'),
      finalUrl: `${server.origin}/v1/x?y=%20z`,
    });
    const [request = ''] = server.requests;
    expect(request).toMatch(/^POST \/v1\/x\?y=%20z HTTP\/1\.1\r\n/);
    expect(request).toContain(`host: 127.0.0.1:${server.port}\r\n`);
    expect(request).toContain('authorization: Bearer k\r\n');
    expect(request).toContain('content-length: 18\r\n');
    expect(request.endsWith('{"prompt":"a fox"}')).toBe(true);
  });

  it('keeps name and Host while it connects to the checked address', async () => {
    const tls = selfSigned(['clips.example.com']);
    const server = await far((socket) => socket.end(answer(200, {}, 'sealed')), { tls });
    const asked: string[] = [];
    const outbound = outboundWith({
      tls: { ca: [tls.cert] },
      resolve: async (host) => {
        asked.push(host);
        return ['127.0.0.1'];
      },
    });
    const result = await outbound.request(get(`https://Clips.Example.com.:${server.port}/a`));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(asked).toEqual(['clips.example.com']);
    expect(server.requests[0]).toContain(`host: clips.example.com.:${server.port}\r\n`);
  });
});

describe('connections', () => {
  it('are reused by reads and fresh for writes', async () => {
    const server = await far((socket) => socket.write(answer(200, {}, 'x')));
    const outbound = outboundWith();
    for (let nth = 0; nth < 5; nth += 1) await outbound.request(get(server.origin));
    expect(server.connections()).toBe(1);
    for (let nth = 0; nth < 3; nth += 1) await outbound.request(post(server.origin));
    expect(server.connections()).toBe(4);
  });

  it('that ended meanwhile are replaced without anybody noticing', async () => {
    const server = await far((socket) => socket.end(answer(200, { connection: 'close' }, 'x')));
    const outbound = outboundWith();
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await outbound.request(get(server.origin))).toMatchObject({ kind: 'answered' });
    }
    expect(server.connections()).toBe(5);
    expect(server.requests.length).toBe(5);
  });

  it('that end on the second request lose it, and nothing is repeated', async () => {
    const server = await far((socket, _request, nth) => {
      if (nth === 0) socket.write(answer(200, {}, 'x'));
      else socket.resetAndDestroy();
    });
    const outbound = outboundWith();
    expect(await outbound.request(get(server.origin))).toMatchObject({ kind: 'answered' });
    expect(await outbound.request(get(server.origin))).toMatchObject({ kind: 'lost', reason: 'reset' });
    expect(server.requests.length).toBe(2);
    expect(server.connections()).toBe(1);
  });

  it('run side by side', async () => {
    const server = await far((socket) => socket.write(answer(200, {}, 'x')));
    const outbound = outboundWith();
    const results = await Promise.all(
      Array.from({ length: 100 }, () => outbound.request(get(server.origin))),
    );
    expect(results.every((result) => result.kind === 'answered')).toBe(true);
    expect(server.requests.length).toBe(100);
  });
});

describe('redirects', () => {
  it('are handed back unless asked for, and never followed by a write', async () => {
    const server = await far((socket) => socket.write(answer(307, { location: '/next' })));
    const outbound = outboundWith();
    expect(await outbound.request(get(server.origin))).toMatchObject({ kind: 'answered', status: 307 });
    expect(await outbound.request(post(server.origin, { redirects: 3 }))).toMatchObject({ status: 307 });
    expect(server.requests.length).toBe(2);
  });

  it('lead to the end, with the final address', async () => {
    const server = await far((socket, request) => {
      const hop = Number(/GET \/(\d)/.exec(request)?.[1] ?? 0);
      socket.write(hop < 3 ? answer(302, { location: `/${hop + 1}?q` }, 'moved') : answer(200, {}, 'end'));
    });
    const outbound = outboundWith();
    const result = await outbound.request(get(`${server.origin}/0`, { redirects: 3 }));
    expect(result).toMatchObject({ kind: 'answered', status: 200, finalUrl: `${server.origin}/3?q` });
    expect(await outbound.request(get(`${server.origin}/0`, { redirects: 2 }))).toMatchObject({
      kind: 'lost',
      reason: 'bad_redirect',
      status: 302,
    });
  });

  it('without a place to go are answers', async () => {
    const server = await far((socket) => socket.write(answer(302, {})));
    const result = await outboundWith().request(get(server.origin, { redirects: 3 }));
    expect(result).toMatchObject({ kind: 'answered', status: 302 });
  });

  it('drop everything secret at another origin and keep it at the same one', async () => {
    const other = await far((socket) => socket.write(answer(200, {}, 'end')));
    const first = await far((socket, request) => {
      const location = request.startsWith('GET /1') ? `${other.origin}/2` : '/1';
      socket.write(answer(302, { location }));
    });
    const headers = {
      authorization: 'Bearer secret',
      cookie: 'secret',
      'x-any-key': 'secret',
      range: 'bytes=5-',
      accept: '*/*',
    };
    const result = await outboundWith().request(get(`${first.origin}/0`, { headers, redirects: 3 }));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(first.requests[1]).toContain('x-any-key: secret');
    expect(other.requests[0]).not.toContain('secret');
    expect(other.requests[0]).toContain('range: bytes=5-');
  });

  it('never go from https to http', async () => {
    const plain = await far((socket) => socket.end(answer(200, {})));
    const tls = selfSigned(['localhost']);
    const server = await far((socket) => socket.end(answer(302, { location: plain.origin })), { tls });
    const outbound = outboundWith({ tls: { ca: [tls.cert] } });
    const result = await outbound.request(get(server.origin, { redirects: 3 }));
    expect(result).toMatchObject({ kind: 'lost', reason: 'bad_redirect', status: 302 });
    expect(plain.connections()).toBe(0);
  });

  it('to a dead place are lost, not unsent', async () => {
    const dead = await farEnd(() => undefined);
    await dead.close();
    const server = await far((socket) => socket.end(answer(302, { location: dead.origin })));
    const result = await outboundWith().request(get(server.origin, { redirects: 3 }));
    expect(result).toMatchObject({ kind: 'lost', reason: 'bad_redirect', status: 302 });
  });
});

describe('a stream', () => {
  it('waits for a slow reader without filling memory or calling it idle', async () => {
    const clock = virtualClock(0);
    const totalBytes = 64 * 1_048_576;
    let written = 0;
    const server = await far((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${totalBytes}\r\n\r\n`);
      const chunk = Buffer.alloc(65_536, 7);
      const more = (): void => {
        while (written < totalBytes) {
          written += chunk.length;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', more);
      more();
    });
    const limits = { ...LIMITS, maxBytes: totalBytes, totalMs: 3_600_000 };
    const streaming = await outboundWith({ clock }).stream(get(server.origin, { limits }));
    if (streaming.kind !== 'streaming') throw new Error(streaming.detail);
    const chunks = streaming.body[Symbol.asyncIterator]();
    let read = (await chunks.next()).value?.length ?? 0;
    // Let the sender run into our pause; it then stops by itself, whatever the kernel buffers.
    for (let before = -1, quiet = 0; quiet < 500; quiet = before === written ? quiet + 1 : 0) {
      before = written;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(totalBytes / 2);
    clock.advance(10 * LIMITS.idleMs);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) read += next.value.length;
    expect(read).toBe(totalBytes);
  });

  it('frees its connection when cancelled or left early', async () => {
    const server = await far((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
    });
    const outbound = outboundWith();
    const cancelled = await outbound.stream(get(server.origin));
    if (cancelled.kind !== 'streaming') throw new Error(cancelled.detail);
    cancelled.cancel();
    await expect(cancelled.body[Symbol.asyncIterator]().next()).rejects.toMatchObject({ reason: 'aborted' });
    const left = await outbound.stream(get(server.origin));
    if (left.kind !== 'streaming') throw new Error(left.detail);
    for await (const chunk of left.body) {
      expect(Buffer.from(chunk).toString()).toBe('hello');
      break;
    }
    expect(server.connections()).toBe(2);
    await outbound.request(get(server.origin, { limits: { ...LIMITS, maxBytes: 4 } }));
    expect(server.connections()).toBe(3);
  });

  it('hands over what came before a cut', async () => {
    const server = await far((socket) => {
      socket.write('HTTP/1.1 206 Partial\r\ncontent-length: 10\r\n\r\n');
      socket.end('01234');
    });
    const streaming = await outboundWith().stream(get(server.origin, { headers: { range: 'bytes=0-9' } }));
    if (streaming.kind !== 'streaming') throw new Error(streaming.detail);
    let text = '';
    const reading = (async () => {
      for await (const chunk of streaming.body) text += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'OutboundStreamError', reason: 'reset' });
    expect(text).toBe('01234');
    expect(server.requests[0]).toContain('accept-encoding: identity');
  });

  it('stops a bomb at the cap', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576));
    const server = await far((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.write(bomb);
    });
    const outbound = outboundWith();
    expect(await outbound.request(get(server.origin))).toMatchObject({ kind: 'lost', reason: 'too_large' });
    const limits = { ...LIMITS, maxBytes: 2 ** 31 };
    expect(await outbound.request(get(server.origin, { limits }))).toMatchObject({
      kind: 'lost',
      reason: 'too_large',
      status: 200,
    });
  });
});
