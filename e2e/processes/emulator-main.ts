/** Kling's emulator as a process of its own: it survives every gateway, and writes down what it took on. */
import { type ServeKlingOptions, serveKling } from '@sluice/emulators';
import { z } from 'zod';

const Wish = z.object({
  logFile: z.string(),
  concurrency: z.int(),
  units: z.string(),
  still: z.boolean(),
  timing: z.record(z.string(), z.number()),
});

const { logFile, concurrency, units, still, timing } = Wish.parse(JSON.parse(process.env.E2E_EMULATOR ?? ''));
const options: ServeKlingOptions = {
  accounts: [
    {
      name: 'sandbox',
      apiKeys: ['api-key-kling-sandbox'],
      packs: [{ name: 'pack', type: 'video', units, concurrency }],
    },
  ],
  timing,
  settings: { callbackRetryMs: 300, callbackRetries: 3 },
  outputs: { still },
  logFile,
};
void serveKling(options).then((served) => {
  const stop = (): void => {
    void served.close().then(() => process.exit(0));
  };
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  process.send?.({ kind: 'ready', url: served.url });
});
