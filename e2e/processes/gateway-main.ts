/**
 * A gateway as a process of its own, composed as in production from the settings in its environment. Told to, it kills
 * itself at a named point; told to stop, or left alone, it stops in good order.
 */
import { openEffects, readConfig, runGateway } from '@sluice/server';
import { z } from 'zod';
import { plantKills } from './kills.ts';
import { lightenMedia } from './light-media.ts';
import { shortenWaits } from './waits.ts';

const Told = z.discriminatedUnion('do', [
  z.object({ do: z.literal('arm'), point: z.string(), hit: z.int().min(1) }),
  z.object({ do: z.literal('disarm') }),
  z.object({ do: z.literal('stop') }),
]);

const config = readConfig(process.env);
const effects = await openEffects(config, () => {});
if (process.env.E2E_WAITS !== 'real') shortenWaits(effects);
if (process.env.E2E_MEDIA === 'light') lightenMedia(effects);
const kills = plantKills(effects);
const gateway = await runGateway(config, effects);

/** Whoever started us may be gone by now. */
const tell = (message: object): void => void process.send?.(message, undefined, undefined, () => {});

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await gateway.stop();
  process.exit(0);
};

process.on('message', (raw) => {
  const told = Told.parse(raw);
  if (told.do === 'stop') return void stop();
  kills.arm(told.do === 'arm' ? told : null);
  tell({ kind: 'armed' });
});
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());

const { url, operatorKey, database } = gateway;
await gateway.operatorKeyShown();
tell({ kind: 'ready', url, operatorKey, database });
