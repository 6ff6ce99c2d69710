/** The Kie emulator behind a port. */
import { type ServedRenderer, type ServeRendererOptions, serveRenderer } from '../renderer/serve.ts';
import { createKie, type KieEmulator, type KieOptions, type KieWork } from './emulator.ts';

export type ServeKieOptions = ServeRendererOptions & Pick<KieOptions, 'accounts' | 'settings'>;
export type ServedKie = ServedRenderer<KieWork, KieEmulator>;

export function serveKie(options: ServeKieOptions): Promise<ServedKie> {
  const { accounts, settings = {} } = options;
  return serveRenderer(options, (world) => createKie({ ...world, accounts, settings }));
}
