/** The EvoLink emulator behind a port. */
import { type ServedRenderer, type ServeRendererOptions, serveRenderer } from '../renderer/serve.ts';
import { createEvolink, type EvolinkEmulator, type EvolinkOptions, type EvolinkWork } from './emulator.ts';

export type ServeEvolinkOptions = ServeRendererOptions &
  Pick<EvolinkOptions, 'accounts' | 'idempotency' | 'plainCallbacks'>;
export type ServedEvolink = ServedRenderer<EvolinkWork, EvolinkEmulator>;

/** Callbacks without TLS are taken: behind a port it plays on one machine. */
export function serveEvolink(options: ServeEvolinkOptions): Promise<ServedEvolink> {
  const { accounts, idempotency = 'honoured', plainCallbacks = true } = options;
  return serveRenderer(options, (world) =>
    createEvolink({ ...world, accounts, idempotency, plainCallbacks }),
  );
}
