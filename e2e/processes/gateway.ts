/** Starts gateways as processes, kills them, and starts them again in the same place. */
import { z } from 'zod';
import { type Child, startChild } from './child.ts';
import type { Waits } from './waits.ts';

export type GatewayOptions = {
  dataDir: string;
  logFile: string;
  /** 0 takes a free one; a gateway that comes back needs the port that its callbacks lead to. */
  port: number;
  waits?: Waits;
  media?: 'real' | 'light';
  /** Dies by then, if it is still starting. */
  killAfterMs?: number;
  /** More settings, as the environment has them. */
  settings?: Record<string, string>;
};

const Ready = z.object({
  url: z.string(),
  operatorKey: z.string().nullable(),
  database: z.object({ kind: z.string(), adopted: z.boolean() }),
});

export type GatewayProcess = Child & z.infer<typeof Ready>;

/** Emulator and receiver live on the loopback, which is closed to a gateway unless its operator opens it. */
const LOOPBACK = {
  SLUICE_ALLOW_UPSTREAM: '127.0.0.0/8',
  SLUICE_ALLOW_GIVEN: '127.0.0.0/8',
  SLUICE_ALLOW_HTTP: 'true',
};

export async function startGatewayProcess(options: GatewayOptions): Promise<GatewayProcess> {
  const child = await startChild({
    entry: 'gateway',
    logFile: options.logFile,
    ...(options.killAfterMs === undefined ? {} : { killAfterMs: options.killAfterMs }),
    env: {
      ...LOOPBACK,
      SLUICE_DATA_DIR: options.dataDir,
      SLUICE_PORT: String(options.port),
      SLUICE_LOG_LEVEL: 'warn',
      SLUICE_STORAGE_RESERVE_MB: '16',
      E2E_WAITS: options.waits ?? 'short',
      E2E_MEDIA: options.media ?? 'real',
      ...options.settings,
    },
  });
  return { ...child, ...Ready.parse(child.ready) };
}

export async function arm(gateway: GatewayProcess, point: string, hit: number): Promise<void> {
  const armed = gateway.heard('armed');
  gateway.say({ do: 'arm', point, hit });
  await Promise.race([armed, gateway.exited]);
}

export async function disarm(gateway: GatewayProcess): Promise<void> {
  const armed = gateway.heard('armed');
  gateway.say({ do: 'disarm' });
  await Promise.race([armed, gateway.exited]);
}

export function portOf(url: string): number {
  return Number(new URL(url).port);
}
