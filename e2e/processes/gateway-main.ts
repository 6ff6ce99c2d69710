/**
 * A gateway as a process of its own, composed as in production from the settings in its environment. Told to, it kills
 * itself at a named point; told to stop, or left alone, it stops in good order.
 */
import { openEffects, readConfig, runGateway } from '@sluice/server';
import { z } from 'zod';
import { plantKills } from './kills.ts';
import { lightenMedia } from './light-media.ts';
import { shortenWaits } from './waits.ts';

const Armed = z.object({ point: z.string(), hit: z.int().min(1) });
const Told = z.discriminatedUnion('do', [
  Armed.extend({ do: z.literal('arm') }),
  z.object({ do: z.literal('disarm') }),
  z.object({ do: z.literal('stop') }),
  // For the one that loaded us (boot.ts).
  z.object({ do: z.literal('remember') }),
]);

/** Until there is something to stop in good order. */
const leave = (): void => process.exit(1);
process.on('disconnect', leave);
void main();

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const effects = await openEffects(config, () => {});
  if (process.env.E2E_WAITS !== 'real')
    shortenWaits(effects, process.env.E2E_MEDIA === 'light' ? 'light' : 'real');
  if (process.env.E2E_MEDIA === 'light') lightenMedia(effects);
  const kills = plantKills(effects);
  // Before the first message can arrive.
  if (process.env.E2E_ARMED !== undefined) kills.arm(Armed.parse(JSON.parse(process.env.E2E_ARMED)));
  const gateway = await runGateway(config, effects);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await gateway.stop();
    process.exit(0);
  };

  process.on('message', (raw) => {
    const told = Told.parse(raw);
    if (told.do === 'remember') return;
    if (told.do === 'stop') return void stop();
    kills.arm(told.do === 'arm' ? told : null);
    void tell({ kind: 'armed' });
  });
  process.on('SIGTERM', () => void stop());
  process.off('disconnect', leave);
  process.on('disconnect', () => void stop());

  const { url, operatorKey, database } = gateway;
  if (operatorKey !== null) await tell({ kind: 'key', operatorKey });
  await gateway.operatorKeyShown();
  await tell({ kind: 'ready', url, operatorKey, database });
}

/** Resolves when it is on its way. Whoever started us may be gone by now. */
function tell(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
