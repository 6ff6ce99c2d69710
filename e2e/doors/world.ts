/** One gateway on the sandbox path, an emulated Kling whose renders are over in a moment, and two accounts. */
import { sampleImage } from '@sluice/emulators';
import { type Installation, openInstallation, PATH } from '../processes/installation.ts';
import type { DoorWorld } from './judge.ts';

const QUICK = { queueMs: 20, renderBaseMs: 100 };

export type OpenWorld = DoorWorld & { installation: Installation; accountId: string; close(): Promise<void> };

/** Without an address, the gateway brings its own database. */
export async function openWorld(databaseUrl?: string): Promise<OpenWorld> {
  const installation = await openInstallation({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    emulator: { timing: QUICK, concurrency: 100 },
    settings: { SLUICE_DATABASE_POOL: '10', E2E_MEDIA: 'light' },
  });
  const { operator, gateway } = installation;
  const rich = await installation.openAccount({ name: 'Doors' });
  const { id: poorId } = await operator.accounts.create({ name: 'No money' });
  const { key: poorKey } = await operator.keys.create({ name: 'No money', account: poorId });
  const picture = sampleImage({ seed: 'door', width: 1280, height: 720 });
  return {
    installation,
    accountId: rich.id,
    url: gateway.url,
    key: rich.key,
    poorKey,
    operatorKey: gateway.operatorKey ?? '',
    sluice: rich.sluice,
    picture: new Uint8Array(picture.bytes),
    whilePaused: async (run) => {
      await operator.paths.update(PATH, { state: 'paused' });
      try {
        return await run();
      } finally {
        await operator.paths.update(PATH, { state: 'active' });
      }
    },
    close: () => installation.close(),
  };
}
