/**
 * What the console draws as the gate: slots, lanes, and how long such renders take. Read at most once a second for
 * everybody who looks; what a caller may see of it is decided by whoever shows it.
 */
import { renderSpread } from '../../decide/polling.ts';
import type { GateLaneRow, GateSlotRow } from '../../store/gate.ts';
import type { SlotRow } from '../../store/stats.ts';
import { kept, queueBoard } from '../board.ts';
import type { Context } from '../context.ts';
import type { AccessPath } from '../paths.ts';

export type DrawnSlot = GateSlotRow & { usualMs: number; lateMs: number };

export type GatePicture = {
  paths: readonly AccessPath[];
  limits: readonly SlotRow[];
  slots: readonly DrawnSlot[];
  lanes: readonly GateLaneRow[];
};

const SLOTS_MOST = 200;
const WAITING_COUNTED_MOST = 20_000;

const pictures = new WeakMap<Context, () => Promise<Pick<GatePicture, 'slots' | 'lanes'>>>();

export async function gatePicture(context: Context): Promise<GatePicture> {
  const read = pictures.get(context) ?? kept(context, () => draw(context));
  pictures.set(context, read);
  await context.paths.refresh(context.clock.now());
  const [limits, drawn] = await Promise.all([queueBoard(context).slots(), read()]);
  return { paths: context.paths.all(), limits, ...drawn };
}

async function draw({ store }: Context): Promise<Pick<GatePicture, 'slots' | 'lanes'>> {
  const [slots, lanes] = await Promise.all([
    store.gate.slots(SLOTS_MOST),
    store.gate.lanes(WAITING_COUNTED_MOST),
  ]);
  const pairs = new Map(
    slots.map(({ path_name, shape }) => [`${path_name}\n${shape}`, { path_name, shape }]),
  );
  const times = await store.gate.renderTimes([...pairs.values()]);
  const samples = new Map(times.map((row) => [`${row.path_name}\n${row.shape}`, row.samples_ms]));
  const drawn = slots.map((slot) => {
    const known = samples.get(`${slot.path_name}\n${slot.shape}`) ?? [];
    const { medianMs, lateMs } = renderSpread(known, slot.expected_ms);
    return { ...slot, usualMs: medianMs, lateMs };
  });
  return { slots: drawn, lanes };
}
