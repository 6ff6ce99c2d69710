/** The child processes by what they are for. */
import { z } from 'zod';
import { type Child, startChild } from './child.ts';

export type FarEnd = { url: string; stop(): Promise<void> };

export async function startFarEnd(): Promise<FarEnd> {
  const child = startChild(new URL('./far-end.ts', import.meta.url));
  const { url } = await child.ask({ kind: 'listen' }, z.object({ url: z.string() }));
  return { url, stop: child.stop };
}

export function startLoad(): Child {
  return startChild(new URL('./load.ts', import.meta.url));
}

export function startMirror(): Child {
  return startChild(new URL('./mirror.ts', import.meta.url));
}

export function startGatewayProcess(): Child {
  return startChild(new URL('./gateway.ts', import.meta.url));
}

/** Starts an embedded database and leaves it running when it ends, as a killed gateway does. */
export function startDatabaseHolder(): Child {
  return startChild(new URL('./database-holder.ts', import.meta.url));
}
