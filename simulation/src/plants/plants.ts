/** Every planted bug. A simulator that misses one of them does not look. */
import { frozenClock, noFence } from './leases.ts';
import { holdKept, keyAfterTask, settleApart, unknownFreesSlot } from './money.ts';
import { newWebhookId, noReadBack, redirectFollowed } from './outside.ts';
import { callbackUnheard, pinIgnored, riskTaken } from './paths.ts';
import type { Plant } from './plant.ts';
import { callbackBelieved, hastyLookup, requeueOnHope, retryOn500 } from './upstream.ts';

export const plants: readonly Plant[] = [
  noFence,
  frozenClock,
  settleApart,
  holdKept,
  keyAfterTask,
  unknownFreesSlot,
  retryOn500,
  requeueOnHope,
  hastyLookup,
  callbackBelieved,
  newWebhookId,
  redirectFollowed,
  noReadBack,
  riskTaken,
  callbackUnheard,
  pinIgnored,
];

export function plantByName(name: string): Plant {
  const plant = plants.find((one) => one.name === name);
  if (!plant)
    throw new Error(`no such plant: ${name}; there are ${plants.map((one) => one.name).join(', ')}`);
  return plant;
}
