/**
 * Many creates by one client over a bad line, each with its first answer cut off after the gateway had the request. The
 * libraries send again by themselves, without a key; what counts is what exists afterwards.
 */
import { markOf, openCutter } from './cutter.ts';
import type { DoorJudge } from './judge.ts';
import type { OpenWorld } from './world.ts';

export type Retried = {
  client: string;
  creates: number;
  /** Requests that left the client for them. */
  requests: number;
  tasks: number;
  holds: number;
  accepts: number;
};

const AT_ONCE = 6;
/** How often a create is begun anew because the gateway was too busy to take it. */
const ANEW_MOST = 20;

export async function retry(world: OpenWorld, judge: DoorJudge, creates: number): Promise<Retried> {
  const { create, client } = judge;
  if (!create) throw new Error(`${client} is no HTTP client`);
  const { installation } = world;
  const account = await installation.openAccount({ name: `Bad line of ${client}` });
  const cutter = await openCutter(world.url);
  const acceptsBefore = (await installation.emulator.accepts()).length;
  try {
    const numbers = Array.from({ length: creates }, (_, index) => index);
    const worker = async (): Promise<void> => {
      for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
        await insist(() => create({ url: cutter.url, key: account.key }, `A boat ${markOf(number)}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    await cutter.close();
  }
  const { sluice } = account;
  const tasks = [];
  for await (const task of sluice.tasks.all({ limit: 200 })) tasks.push(task);
  await Promise.all(tasks.map(({ id }) => sluice.tasks.wait(id, { signal: AbortSignal.timeout(300_000) })));
  const holds = [];
  for await (const line of sluice.ledger.all({ limit: 200 })) if (line.kind === 'hold') holds.push(line);
  const accepts = (await installation.emulator.accepts()).length - acceptsBefore;
  const prompts = new Set(tasks.map(({ prompt }) => prompt));
  if (prompts.size !== creates || cutter.cut.size !== creates) {
    throw new Error(`${client}: ${prompts.size} orders arrived, ${cutter.cut.size} answers were cut`);
  }
  return {
    client,
    creates,
    requests: cutter.requests(),
    tasks: tasks.length,
    holds: holds.length,
    accepts,
  };
}

/** As its user would: what was shed was not taken, so the same order is given once more. */
async function insist(create: () => Promise<unknown>, anew = 0): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (anew >= ANEW_MOST || !/503|Service Unavailable/.test(String(error))) throw error;
    await new Promise((resolve) => setTimeout(resolve, 250));
    await insist(create, anew + 1);
  }
}
