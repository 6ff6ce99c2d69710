/** A receiver of webhooks that counts which tasks were announced to it with a good signature. */
import type { Sluice } from '@sluice/sdk';
import { type Receiver, startReceiver } from '../listen/receiver.ts';

const WEBHOOK_GRACE_MS = 15_000;

export type Hooks = {
  url: string;
  register(sluice: Sluice): Promise<void>;
  count(): number;
  /** Resolves when each of these tasks was announced, or when it takes too long. */
  arrived(taskIds: string[]): Promise<void>;
  close(): Promise<void>;
};

export async function receiveWebhooks(now: () => number): Promise<Hooks> {
  const secrets: string[] = [];
  const announced = new Set<string>();
  let wake = (): void => {};
  const receiver: Receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    secrets: () => secrets,
    nowSeconds: () => Math.floor(now() / 1000),
    onReceived: (received) => {
      if (received.ok) announced.add(String(received.webhook.event.data.id));
      wake();
    },
  });
  return {
    url: receiver.url,
    register: async (sluice) => {
      secrets.push((await sluice.webhooks.create({ url: receiver.url })).secret);
    },
    count: () => announced.size,
    close: () => receiver.close(),
    async arrived(taskIds) {
      const limit = AbortSignal.timeout(WEBHOOK_GRACE_MS);
      limit.addEventListener('abort', () => wake(), { once: true });
      while (!limit.aborted && !taskIds.every((id) => announced.has(id))) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
