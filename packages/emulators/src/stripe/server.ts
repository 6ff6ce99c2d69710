/** The emulated Stripe behind a port, in real time, with webhooks over HTTP. */
import { randomBytes } from 'node:crypto';
import { startCallbacks } from '../outward.ts';
import { serveEmulator } from '../serve.ts';
import { createStripe, type StripeEmulator } from './handler.ts';
import type { StripeOptions, StripeWebhook } from './world.ts';

export type ServeStripeOptions = Pick<StripeOptions, 'secretKeys'> & { port?: number; host?: string };

/** Changes made by its own calls wake the deliveries: `emulator` as it is, `url` where it listens. */
export type ServedStripe = {
  url: string;
  emulator: StripeEmulator;
  webhook(webhook: StripeWebhook): void;
  close(): Promise<void>;
};

export async function serveStripe(options: ServeStripeOptions): Promise<ServedStripe> {
  const clock = { now: () => Date.now() };
  let wake = (): void => {};
  const served = await serveEmulator({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    afterRequest: () => wake(),
  });
  const made = createStripe({
    clock,
    random: { fraction: Math.random, bytes: (length) => randomBytes(length) },
    publicUrl: served.url,
    secretKeys: options.secretKeys,
  });
  const emulator = waking(made, () => wake());
  served.attach(emulator);
  const pump = startCallbacks(made, clock);
  wake = pump.wake;
  return {
    url: served.url,
    emulator,
    webhook: emulator.webhook,
    close: async () => {
      pump.stop();
      await served.close();
    },
  };
}

/** What is done by hand is delivered as soon as what is done over HTTP. */
function waking(emulator: StripeEmulator, wake: () => void): StripeEmulator {
  const after =
    <Given extends unknown[], Answer>(act: (...given: Given) => Answer) =>
    (...given: Given): Answer => {
      const answer = act(...given);
      wake();
      return answer;
    };
  return {
    ...emulator,
    webhook: after(emulator.webhook),
    pay: after(emulator.pay),
    payLater: after(emulator.payLater),
    arrive: after(emulator.arrive),
    expire: after(emulator.expire),
    refund: after(emulator.refund),
    dispute: after(emulator.dispute),
    closeDispute: after(emulator.closeDispute),
  };
}
