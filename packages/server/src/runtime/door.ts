/**
 * Opens the HTTP door: the app over a listening socket, with the policy checks that only the composition can give
 * it.
 */
import type { Config } from '../config.ts';
import { type ConsoleFiles, readConsole } from '../effects/console/files.ts';
import { viewerFile } from '../effects/reference/viewer.ts';
import { createApp } from '../http/app.ts';
import { defaultHttpSettings, type HttpContext } from '../http/context.ts';
import type { Context } from '../lifecycle/context.ts';

export type Door = { url: string; port: number; close(): Promise<void> };

type FrontDoor = Pick<
  HttpContext,
  'version' | 'database' | 'draining' | 'metricsText' | 'plans' | 'onEvents'
>;

export async function startDoor(
  context: Context,
  config: Pick<Config, 'host' | 'port' | 'consoleDir' | 'corsOrigins'>,
  front: FrontDoor,
): Promise<Door> {
  const app = createApp({
    ...context,
    ...front,
    viewerFile,
    consoleFiles: consoleIn(config.consoleDir),
    http: { ...defaultHttpSettings, corsOrigins: config.corsOrigins },
  });
  await app.listen({ host: config.host, port: config.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return { url: `http://${host}:${port}`, port, close: () => app.close() };
}

/** Read when the first one asks, then kept. What was not there may have been built since. */
function consoleIn(folder: string | null): () => Promise<ConsoleFiles | null> {
  let kept: ConsoleFiles | null = null;
  return async () => {
    kept ??= folder === null ? null : await readConsole(folder);
    return kept;
  };
}
