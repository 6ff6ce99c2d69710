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
  /** Dies when this resolves, if it is still starting. */
  killWhen?: (pid: number) => Promise<unknown>;
  /** Hears of an operator key before the gateway counts it as shown. */
  onKey?: (operatorKey: string) => void;
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
    ...(options.killWhen === undefined ? {} : { killWhen: options.killWhen }),
    ...(options.onKey === undefined ? {} : { onEarly: heardKey(options.onKey) }),
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

const Key = z.object({ kind: z.literal('key'), operatorKey: z.string() });

function heardKey(onKey: (operatorKey: string) => void): (message: unknown) => void {
  return (message) => {
    const said = Key.safeParse(message);
    if (said.success) onKey(said.data.operatorKey);
  };
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
