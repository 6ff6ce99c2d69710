/** Says that this process lives, so that operators see who works on the database. Nobody's work depends on it. */
import type { Clock } from '../effects/clock/clock.ts';
import type { NodeStore } from '../store/nodes.ts';

const BEAT_MS = 5_000;
const FORGOTTEN_AFTER_MS = 3_600_000;

export type Heartbeat = { stop(): Promise<void> };

export async function startHeartbeat(
  nodes: NodeStore,
  nodeId: string,
  clock: Clock,
  onTrouble: (error: unknown) => void,
): Promise<Heartbeat> {
  const stopping = new AbortController();
  // Like every later one: a database that is slow at this moment must not end a start that is otherwise done.
  await nodes.beat(nodeId, clock.now()).catch(onTrouble);
  const beating = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(BEAT_MS, stopping.signal);
      if (stopping.signal.aborted) break;
      await nodes.beat(nodeId, clock.now()).catch(onTrouble);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await beating;
      await nodes.leave(nodeId, clock.now() - FORGOTTEN_AFTER_MS).catch(onTrouble);
    },
  };
}
