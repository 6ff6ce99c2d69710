/** The line between `not_sent` and `lost`: a paid request may be repeated on one side of it only. */
import { once } from 'node:events';
import { createServer } from 'node:net';
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
    allow: { configured: ['127.0.0.0/8', '::1'], given: [] },
    allowHttp: false,
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

async function deafPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('not sent', () => {
  it('refused connection', async () => {
    const port = await deafPort();
    const result = await outboundWith().request(post(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'connect_refused' });
  });

  it('name without address', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    const result = await outboundWith({ resolve }).request(post('https://gone.example.com/'));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'dns' });
    const empty = await outboundWith({ resolve: async () => [] }).request(post('https://gone.example.com/'));
    expect(empty).toMatchObject({ kind: 'not_sent', reason: 'dns' });
  });

  it('name service that never answers', async () => {
    const clock = virtualClock(0);
    const outbound = outboundWith({ clock, resolve: () => new Promise(() => undefined) });
    const pending = outbound.request(post('https://slow.example.com/'));
    clock.advance(LIMITS.connectMs);
    expect(await pending).toMatchObject({ kind: 'not_sent', reason: 'connect_timeout' });
  });

  it('handshake that never ends', async () => {
    const clock = virtualClock(0);
    const silent = await far(() => undefined);
    const pending = outboundWith({ clock }).request(post(`https://127.0.0.1:${silent.port}/`));
    await silent.met(1);
    clock.advance(LIMITS.connectMs);
    expect(await pending).toMatchObject({ kind: 'not_sent', reason: 'connect_timeout' });
    expect(silent.requests).toEqual([]);
  });

  it('certificate that nobody vouches for', async () => {
    const server = await far((socket) => socket.end(answer(200, {})), { tls: selfSigned(['localhost']) });
    const outbound = outboundWith({ resolve: async () => ['127.0.0.1'] });
    const result = await outbound.request(post(server.origin));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'tls' });
    expect(server.requests).toEqual([]);
  });

  it('certificate of another name', async () => {
    const tls = selfSigned(['other.example.com']);
    const server = await far((socket) => socket.end(answer(200, {})), { tls });
    const outbound = outboundWith({ resolve: async () => ['127.0.0.1'], tls: { ca: [tls.cert] } });
    const result = await outbound.request(post(server.origin));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'tls' });
    expect(server.requests).toEqual([]);
  });

  it('far end that does not speak TLS', async () => {
    const plain = await far(() => undefined);
    plain.met(1).catch(() => undefined);
    const babbler = createServer((socket) =>
      socket.on('error', () => undefined).end('HTTP/1.1 400 Bad\r\n\r\n'),
    );
    babbler.listen(0, '127.0.0.1');
    await once(babbler, 'listening');
    const address = babbler.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await outboundWith().request(post(`https://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'tls' });
    babbler.close();
  });

  it('caller who gave up before', async () => {
    const server = await far((socket) => socket.end(answer(200, {})));
    const result = await outboundWith().request(post(server.origin, { signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'aborted' });
    expect(server.bytesIn()).toBe(0);
  });

  it.each([
    ['x-note', 'a\r\nx-evil: 1'],
    ['x\r\nevil', 'a'],
    ['host', 'inside.example.com'],
    ['Transfer-Encoding', 'chunked'],
    ['content-length', '3'],
  ])('header %j: %j', async (name, value) => {
    const server = await far((socket) => socket.end(answer(200, {})));
    const result = await outboundWith().request(post(server.origin, { headers: { [name]: value } }));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'bad_url' });
    expect(server.connections()).toBe(0);
  });

  it('is never said when a byte went out', async () => {
    // Closes the connection at once: whether the request was written first is a race that we may not hide.
    const hasty = createServer((socket) => socket.on('error', () => undefined).destroy());
    hasty.listen(0, '127.0.0.1');
    await once(hasty, 'listening');
    const address = hasty.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (let round = 0; round < 50; round += 1) {
      const result = await outboundWith().request(post(`http://127.0.0.1:${port}/`));
      expect(['not_sent', 'lost']).toContain(result.kind);
      if (result.kind === 'not_sent') expect(result.reason).toBe('connect_refused');
    }
    hasty.close();
  });
});

describe('another address of the same name', () => {
  it('is tried when the first one refuses', async () => {
    const server = await far((socket) => socket.end(answer(200, {}, 'second')));
    const outbound = outboundWith({ resolve: async () => ['::1', '127.0.0.1'] });
    const result = await outbound.request(post(`http://twofold.example.com:${server.port}/`));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('lost', () => {
  const CASES: readonly (readonly [name: string, script: Script, expected: object])[] = [
    ['reset after the request', (socket) => socket.resetAndDestroy(), { reason: 'reset' }],
    ['closed after the request', (socket) => socket.end(), { reason: 'reset' }],
    ['half a status line', (socket) => socket.end('HTTP/1.1 20'), { reason: 'reset' }],
    ['half a header', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'), { reason: 'reset' }],
    ['no HTTP at all', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), { reason: 'reset' }],
    [
      'cut body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this'),
      { reason: 'reset', status: 200 },
    ],
    [
      'cut chunked body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
      { reason: 'reset', status: 200 },
    ],
    [
      'headers without end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x-filler: 0123456789\r\n'.repeat(2_000)}`),
      { reason: 'too_large' },
    ],
    [
      'announced too large',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${LIMITS.maxBytes + 1}\r\n\r\n`),
      { reason: 'too_large', status: 200 },
    ],
    [
      'body without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const more = (): void => {
          while (!socket.destroyed && socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`));
        };
        socket.on('drain', more);
        more();
      },
      { reason: 'too_large', status: 200 },
    ],
    [
      'unknown coding',
      (socket) => socket.end(answer(200, { 'content-encoding': 'zstd' }, 'x')),
      { reason: 'bad_encoding', status: 200 },
    ],
  ];

  it.each(CASES)('%s', async (_name, script, expected) => {
    const server = await far(script);
    for (const request of [post(server.origin), get(server.origin)]) {
      expect(await outboundWith().request(request)).toMatchObject({ kind: 'lost', ...expected });
    }
    // One each: nothing was repeated.
    expect(server.requests.length).toBe(2);
  });

  it.each([
    ['headers that never come', '', LIMITS.headersMs, undefined],
    ['headers that stop', 'HTTP/1.1 200 OK\r\nx-slow: ', LIMITS.headersMs, undefined],
    ['body that stops', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', LIMITS.idleMs, 200],
  ])('%s', async (_name, text, limitMs, status) => {
    const clock = virtualClock(0);
    const server = await far((socket) => socket.write(text));
    const outbound = outboundWith({ clock });
    const pending = outbound.stream(post(server.origin));
    await server.heard(1);
    if (status === undefined) {
      clock.advance(limitMs);
      expect(await pending).toMatchObject({ kind: 'lost', reason: 'timeout' });
      return;
    }
    const streaming = await pending;
    if (streaming.kind !== 'streaming') throw new Error(streaming.detail);
    const chunks = streaming.body[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value).toString()).toBe('abc');
    const rest = chunks.next();
    clock.advance(limitMs);
    await expect(rest).rejects.toMatchObject({ name: 'OutboundStreamError', reason: 'timeout' });
  });

  it('body that drips for ever ends at the total limit', async () => {
    const clock = virtualClock(0);
    let drip: () => void = () => undefined;
    const server = await far((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      drip = () => socket.write('1\r\nx\r\n');
      drip();
    });
    const streaming = await outboundWith({ clock }).stream(get(server.origin));
    if (streaming.kind !== 'streaming') throw new Error(streaming.detail);
    let drips = 0;
    const reading = (async () => {
      for await (const chunk of streaming.body) {
        drips += chunk.length;
        clock.advance(LIMITS.idleMs - 1_000);
        drip();
      }
    })();
    await expect(reading).rejects.toMatchObject({ reason: 'timeout' });
    expect(drips).toBe(Math.ceil(LIMITS.totalMs / (LIMITS.idleMs - 1_000)));
  });

  it('caller who gives up while the answer is awaited', async () => {
    const giveUp = new AbortController();
    const server = await far(() => giveUp.abort());
    const result = await outboundWith().request(post(server.origin, { signal: giveUp.signal }));
    expect(result).toMatchObject({ kind: 'lost', reason: 'aborted' });
  });
});

describe('announcements before the answer', () => {
  it('are skipped', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const server = await far((socket) => socket.end(hints.repeat(3) + answer(201, {}, 'made')));
    const result = await outboundWith().request(post(server.origin));
    expect(result).toMatchObject({ kind: 'answered', status: 201 });
  });
});
