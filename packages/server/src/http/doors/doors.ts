/** Every door of the gateway: adding one is a folder and a line here. */
import { aiGatewayDoor } from './ai-gateway/door.ts';
import type { Door } from './door.ts';
import { falDoor } from './fal/door.ts';
import { klingDoor } from './kling/door.ts';
import { openaiDoor } from './openai/door.ts';
import { replicateDoor } from './replicate/door.ts';

export const doors: readonly Door[] = [openaiDoor, falDoor, replicateDoor, klingDoor, aiGatewayDoor];

/** The door to which a path belongs; null: the native API. */
export function doorAt(path: string): Door | null {
  return doors.find((door) => door.claims(path)) ?? null;
}

/** As the table of routes beside the contract has them. */
export const doorRoutes: readonly { method: string; path: string }[] = doors.flatMap((door) =>
  door.routes.map(({ method, path }) => ({ method, path })),
);
