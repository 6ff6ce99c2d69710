/** `sluice webhooks listen`: runs the receiver, registers it as an endpoint when no secret is given, prints. */
import type { EndpointEventType, EndpointWithSecret, Sluice, SluiceEvent } from '@sluice/sdk';
import type { Invocation } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { clean } from '../output/text.ts';
import { type Received, startReceiver } from './receiver.ts';

export type ListenFlags = {
  host: string;
  port: number;
  secret?: string[];
  publicUrl?: string;
  types?: string[];
  count?: number;
};

export async function listen(invocation: Invocation, flags: ListenFlags): Promise<void> {
  const { output, surroundings, connect } = invocation;
  const signal = surroundings.interruption();
  const fromEnv = surroundings.env.SLUICE_WEBHOOK_SECRET;
  const secrets = [...(flags.secret ?? []), ...(fromEnv ? [fromEnv] : [])];
  let finish: () => void = () => {};
  const enough = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let good = 0;
  const receiver = await startReceiver({
    host: flags.host,
    port: flags.port,
    secrets: () => secrets,
    nowSeconds: () => Math.floor(surroundings.now() / 1000),
    onReceived: (received) => {
      output.event(jsonOf(received), (paint) => lineOf(received, paint));
      if (received.ok) good += 1;
      if (good === flags.count) finish();
    },
  });
  signal.addEventListener('abort', () => finish(), { once: true });
  let endpoint: EndpointWithSecret | null = null;
  let sluice: Sluice | null = null;
  try {
    if (secrets.length === 0) {
      sluice = await connect();
      endpoint = await registerEndpoint(sluice, flags.publicUrl ?? receiver.url, flags.types);
      secrets.push(endpoint.secret);
    }
    const where = endpoint ? `${endpoint.url} (endpoint ${endpoint.id}, removed at the end)` : receiver.url;
    output.note(`Listening on ${where}. Ctrl-C ends it.`);
    await enough;
  } finally {
    if (endpoint && sluice) await sluice.webhooks.delete(endpoint.id);
    await receiver.close();
  }
}

function registerEndpoint(
  sluice: Sluice,
  url: string,
  types: string[] | undefined,
): Promise<EndpointWithSecret> {
  return sluice.webhooks.create({
    url,
    description: 'sluice webhooks listen',
    // The gateway knows the types and names the one that it does not know.
    ...(types ? { types: types as EndpointEventType[] } : {}),
  });
}

function jsonOf(received: Received): unknown {
  if (!received.ok) return { verified: false, fault: received.fault, message: received.message };
  const { webhook, again } = received;
  return { verified: true, id: webhook.id, again, event: webhook.event };
}

function lineOf(received: Received, { color, nowMs }: Paint): string {
  const time = color.dim(new Date(nowMs).toISOString().slice(11, 19));
  if (!received.ok) return `${time} ${color.red('✗')} refused: ${received.message}`;
  const { event } = received.webhook;
  const again = received.again ? color.yellow(' (again)') : '';
  return `${time} ${color.green('✓')} ${clean(event.type)}  ${subjectOf(event)}${again}`;
}

function subjectOf(event: SluiceEvent): string {
  const data: Record<string, unknown> = event.data;
  if (event.type === 'alert.raised' || event.type === 'alert.cleared') return clean(event.data.message);
  const { id, model, stage, charge, currency, error_code } = data;
  const paid = charge ? `${charge} ${currency}` : null;
  return [id, model, stage, error_code, paid]
    .filter((part) => typeof part === 'string')
    .map((part) => clean(String(part)))
    .join('  ');
}
