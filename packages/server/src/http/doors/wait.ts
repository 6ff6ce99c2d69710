/** A client that wants its answer only when the task has ended, or its patience has. */
import type { DoorCall } from './door.ts';
import { type DoorTask, findTask } from './tasks.ts';

const LOOK_EVERY_MS = 500;

/** The task as it is when it has ended, the time is over, the client has left or this process stops. */
export async function untilEnded(call: DoorCall, id: string, patienceMs: number): Promise<DoorTask | null> {
  const { clock, draining } = call.context;
  const left = new AbortController();
  const leave = (): void => left.abort();
  call.request.raw.socket.once('close', leave);
  const signal = AbortSignal.any([left.signal, draining]);
  const untilMs = clock.monotonic() + patienceMs;
  try {
    for (;;) {
      const found = await findTask(call, id);
      const leftMs = untilMs - clock.monotonic();
      if (found === null || found.task.finished_at !== null || leftMs <= 0 || signal.aborted) return found;
      await clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), signal);
    }
  } finally {
    call.request.raw.socket.off('close', leave);
  }
}
