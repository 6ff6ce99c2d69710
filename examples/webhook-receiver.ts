/** Receives webhooks and verifies them. Usage: WEBHOOK_SECRET=whsec_… node --import tsx examples/webhook-receiver.ts */
import { createServer } from 'node:http';
import { verifyWebhook } from '@sluice/sdk';

const secret = process.env.WEBHOOK_SECRET ?? '';
const seen = new Set<string>();

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const webhook = await verifyWebhook({ payload: Buffer.concat(chunks), headers: request.headers, secret });
    // Delivered at least once: the id says whether it was seen before.
    if (!seen.has(webhook.id)) console.log(webhook.event.type, webhook.event.data.id);
    seen.add(webhook.id);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
});
server.listen(Number(process.env.PORT ?? 7710), () => console.log('listening', server.address()));
