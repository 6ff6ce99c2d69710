/**
 * Pages for people and probes: the reference (Swagger UI over our own document, nothing from elsewhere), the document,
 * health, readiness, metrics. None needs a key; metrics carry counts and path names, no customer's data.
 */
import { buildOpenApi } from '@sluice/contract';
import type { FastifyInstance } from 'fastify';
import type { HttpContext } from '../../context.ts';

/** The viewer writes style attributes, so inline styles are allowed on this page; scripts come from here only. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const DOCS = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice: API reference</title>
<link rel="stylesheet" href="/docs/viewer.css">
<script defer src="/docs/viewer.js"></script>
<script defer src="/docs/start.js"></script>
</head>
<body>
<main id="reference"></main>
</body>
</html>
`;

/** In a file of its own, because the policy of the page allows no script inside it. */
const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const PROBE_KEEP_MS = 1_000;

export function registerPages(app: FastifyInstance, context: HttpContext): void {
  let document: { forUrl: string; text: string } | null = null;

  function openApi(url: string): string {
    if (document?.forUrl !== url) document = { forUrl: url, text: JSON.stringify(buildOpenApi(url)) };
    return document.text;
  }

  app.get('/docs', async (_request, reply) =>
    reply
      .header('content-security-policy', DOCS_POLICY)
      .header('referrer-policy', 'no-referrer')
      .header('x-frame-options', 'DENY')
      .type('text/html; charset=utf-8')
      .send(DOCS),
  );
  registerViewer(app, context);
  app.get('/openapi.json', async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      // Without a public address, wherever the reader found this page: its policy allows calls to there only.
      .send(openApi(context.settings.publicUrl ?? '/')),
  );
  app.get('/healthz', async () => ({ status: 'ok' }));
  registerReadiness(app, context);
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await context.metricsText()),
  );
}

function registerViewer(app: FastifyInstance, context: HttpContext): void {
  const kept = new Map<string, Buffer>();
  const files = { script: 'text/javascript', style: 'text/css' } as const;
  for (const [name, type] of Object.entries(files) as ['script' | 'style', string][]) {
    app.get(`/docs/viewer.${name === 'script' ? 'js' : 'css'}`, async (_request, reply) => {
      const file = kept.get(name) ?? Buffer.from(await context.viewerFile(name));
      kept.set(name, file);
      return reply.header('cache-control', 'public, max-age=86400').type(`${type}; charset=utf-8`).send(file);
    });
  }
  app.get('/docs/start.js', async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(START),
  );
}

type Readiness = { ready: boolean; checks: Record<string, 'ok' | string> };

/** Probes come often and from many places, so an answer is good for a second. */
function registerReadiness(app: FastifyInstance, context: HttpContext): void {
  let last: { is: Promise<Readiness>; atMs: number } | null = null;
  app.get('/readyz', async (_request, reply) => {
    const nowMs = context.clock.monotonic();
    if (last === null || nowMs - last.atMs >= PROBE_KEEP_MS) last = { is: readiness(context), atMs: nowMs };
    const { ready, checks } = await last.is;
    const draining = context.draining.aborted;
    return reply
      .status(ready && !draining ? 200 : 503)
      .send({ status: draining ? 'draining' : ready ? 'ready' : 'not_ready', checks });
  });
}

async function readiness(context: HttpContext): Promise<Readiness> {
  const [database, storage] = await Promise.all([
    context.database.health().then(
      (health) => (health.ok ? 'ok' : 'unreachable'),
      () => 'unreachable',
    ),
    context.blobs.freeBytes().then(
      () => 'ok',
      () => 'unreachable',
    ),
  ]);
  return { ready: database === 'ok' && storage === 'ok', checks: { database, storage } };
}
