/** The simulated week as lines, one under the other on the same axis: what is ordered, what runs, what waits. */
import type { PlanOutcome } from '@sluice/sdk';
import { useMemo } from 'react';
import { type Line, Lines } from '../../ui/lines.tsx';
import { Panel } from '../../ui/panel.tsx';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LOW = 120;
/** Hours. */
const STEPS = [1, 2, 3, 6, 12, 24, 48, 168];

/** From Monday 00:00, as workloads are described. */
export function hourText(hour: number): string {
  const minutes = Math.floor(hour * 60) % 1_440;
  const day = DAYS[Math.floor(hour / 24) % 7] ?? '';
  if (minutes === 0) return day;
  return `${day} ${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

export function Week({ outcome: { curve, paths } }: { outcome: PlanOutcome }) {
  const at = useMemo(() => curve.running.map((_, index) => (index * curve.step_seconds) / 3_600), [curve]);
  const [ordered, running, waiting] = useMemo((): [Line[], Line[], Line[]] => {
    const there = paths.flatMap(({ slots }) => slots).reduce((sum, { slots }) => sum + slots, 0);
    return [
      [{ name: 'ordered an hour', values: curve.arriving, tint: '--tint-3', filled: true }],
      [
        { name: 'slots taken', values: curve.running, tint: '--accent', filled: true },
        { name: 'slots there are', values: at.map(() => there), tint: '--ink-3', dashed: true },
        { name: 'being copied', values: curve.copying, tint: '--tint-4' },
      ],
      [
        { name: 'waiting', values: curve.waiting, tint: '--warn-fill', filled: true },
        { name: 'longest backlog of any run', values: curve.waiting_most, tint: '--warn', dashed: true },
      ],
    ];
  }, [curve, paths, at]);
  const axis = { at, atText: hourText, atSteps: STEPS };
  return (
    <Panel title="The week">
      <div className="grid gap-6">
        <Lines label="Orders over the week" {...axis} lines={ordered} height={LOW} />
        <Lines label="Slots taken, over the week" {...axis} lines={running} height={LOW} />
        <Lines label="Tasks that wait, over the week" {...axis} lines={waiting} height={LOW} />
      </div>
    </Panel>
  );
}
