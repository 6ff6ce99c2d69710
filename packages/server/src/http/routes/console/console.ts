/**
 * The console's files: hashed ones for ever, the page itself asked after each time. Every address below /console/ that
 * is no file is the page, which finds its own way. What it may do is said in its policy: run our scripts, talk to us.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleFile, HttpContext } from '../../context.ts';
import { matchesTag } from '../../range.ts';

/** Styles that scripts set on an element are no inline styles to a browser: only markup would need more. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sluice</title></head>
<body><h1>The console is not built here</h1>
<p>Run <code>npm run console</code> in the project, then load this page again. The API works: see
<a href="/docs">/docs</a>.</p></body></html>
`;

const FOR_EVER = 'public, max-age=31536000, immutable';

export function registerConsole(app: FastifyInstance, context: HttpContext): void {
  app.get('/', async (_request, reply) => reply.redirect('/console/', 302));
  app.get('/console', async (_request, reply) => reply.redirect('/console/', 302));
  app.get('/console/*', async (request, reply) => {
    const files = await context.consoleFiles();
    const name = decodeURI((request.url.split('?')[0] ?? '').slice('/console/'.length));
    guard(reply);
    if (files === null) return reply.status(503).type('text/html; charset=utf-8').send(NOT_BUILT);
    const file = files.get(name);
    // A hashed file of an older build must not be answered with a page: the browser would run it as a script.
    if (!file && name.startsWith('assets/')) return reply.status(404).type('text/plain').send('not here\n');
    const page = file ?? files.get('index.html');
    return page ? sendFile(request, reply, page) : reply.status(404).send();
  });
}

function guard(reply: FastifyReply): void {
  reply
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'no-referrer')
    .header('x-frame-options', 'DENY')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  reply
    .header('cache-control', file.immutable ? FOR_EVER : 'no-cache')
    .header('etag', file.etag)
    .header('vary', 'accept-encoding');
  if (matchesTag(request.headers['if-none-match'], file.etag)) return reply.status(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  reply.type(file.type);
  if (file.brotli && /\bbr\b/.test(accepted)) {
    return reply.header('content-encoding', 'br').send(Buffer.from(file.brotli));
  }
  if (file.gzip && /\bgzip\b/.test(accepted)) {
    return reply.header('content-encoding', 'gzip').send(Buffer.from(file.gzip));
  }
  return reply.send(Buffer.from(file.bytes));
}
