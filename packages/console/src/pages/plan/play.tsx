/**
 * The gate of the planner: the simulated week runs through the picture that shows today's work, from the busiest hour
 * on. What is drawn is the mean of the runs, so a slot may be taken for a part of a step.
 */
import type { PlanOutcome } from '@sluice/sdk';
import { Pause, Play as PlayIcon } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { FAMILIES } from '../../gate/gate.tsx';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { cx } from '../../ui/class.ts';
import { countText } from '../../ui/locale.ts';
import { Panel } from '../../ui/panel.tsx';
import { hourText } from './week.tsx';

export type Named = { name: string; outcome: PlanOutcome; changes?: string };

/** A day of steps of a quarter of an hour in some ten seconds. */
const STEP_MS = 110;
const DRAWN_MOST = 120;

export function Play({ outcomes }: { outcomes: readonly Named[] }) {
  const [name, setName] = useState(outcomes[0]?.name ?? '');
  const chosen = (outcomes.find((each) => each.name === name) ?? outcomes[0])?.outcome;
  if (chosen === undefined) return null;
  return (
    <Panel
      title="The gate in that week"
      aside={
        outcomes.length > 1 && (
          <Pick
            label="Which of them"
            hideLabel
            value={name}
            options={outcomes.map((each) => ({ value: each.name, label: each.name }))}
            onChange={setName}
          />
        )
      }
    >
      <Player outcome={chosen} most={Math.max(...outcomes.map((each) => peakOf(each.outcome)))} />
    </Panel>
  );
}

function wholeText(mean: number): string {
  return countText(Math.round(mean));
}

function peakOf({ curve }: PlanOutcome): number {
  return Math.max(1, ...curve.waiting);
}

function Player({ outcome, most }: { outcome: PlanOutcome; most: number }) {
  const { curve, peak } = outcome;
  const last = curve.waiting.length - 1;
  const [at, setAt] = useState(() => Math.min(last, Math.floor(peak.at_seconds / curve.step_seconds)));
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setAt((now) => Math.min(last, now + 1)), STEP_MS);
    return () => clearInterval(timer);
  }, [playing, last]);
  const runs = playing && at < last;
  const when = hourText((at * curve.step_seconds) / 3_600);
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <Moment outcome={outcome} at={at} most={most} />
      <div className="flex items-center gap-3">
        <Button
          small
          icon={
            runs ? (
              <Pause className="size-3.5" aria-hidden="true" />
            ) : (
              <PlayIcon className="size-3.5" aria-hidden="true" />
            )
          }
          onClick={() => {
            if (at === last) setAt(0);
            setPlaying(!runs);
          }}
        >
          {runs ? 'Pause' : 'Play'}
        </Button>
        <Time at={at} last={last} text={when} said={sentence(outcome, at, when)} onChange={setAt} />
      </div>
    </div>
  );
}

type TimeProps = { at: number; last: number; text: string; said: string; onChange: (at: number) => void };

function Time({ at, last, text, said, onChange }: TimeProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="sr-only">
        Time of the week
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={last}
        value={at}
        aria-valuetext={said}
        className="min-w-0 flex-1 accent-[var(--accent)]"
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <span
        className="w-22 flex-none text-right font-mono whitespace-nowrap text-[0.93rem] text-ink-2"
        aria-hidden="true"
      >
        {text}
      </span>
    </>
  );
}

/** What the picture shows, for whoever does not see it. */
function sentence({ curve, paths }: PlanOutcome, at: number, when: string): string {
  const lanes = paths.flatMap(({ path, slots }) =>
    slots.map(
      ({ family, slots: all, taken }) =>
        `${wholeText(taken[at] ?? 0)} of ${all} slots of ${path} for ${family}`,
    ),
  );
  return [`${when}: ${wholeText(curve.waiting[at] ?? 0)} waiting`, ...lanes].join(', ');
}

function Moment({ outcome, at, most }: { outcome: PlanOutcome; at: number; most: number }) {
  const { curve, paths } = outcome;
  const waiting = curve.waiting[at] ?? 0;
  return (
    <div
      aria-hidden="true"
      className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-4 sm:grid-cols-[9rem_minmax(0,1fr)_9rem]"
    >
      <Column name="waiting">
        <b className="text-[1.6rem] leading-tight font-semibold">{wholeText(waiting)}</b>
        <span className="mt-1 block h-1.5 rounded-full bg-sunken">
          <span
            className="block h-full rounded-full bg-warn-fill"
            style={{ width: `${Math.min(100, (waiting / most) * 100)}%` }}
          />
        </span>
        <span className="mt-1 block text-xs text-ink-3">
          {wholeText(curve.arriving[at] ?? 0)} ordered an hour
        </span>
      </Column>
      <Column name="slots" className="sm:border-x sm:px-6">
        <div className="grid gap-4">
          {paths
            .filter(({ slots }) => slots.length > 0)
            .map(({ path, slots }) => (
              <div key={path} className="min-w-0">
                <p className="mb-1.5 font-medium">{path}</p>
                <div className={FAMILIES}>
                  {slots.map((each) => (
                    <Lane key={each.family} lane={each} at={at} />
                  ))}
                </div>
              </div>
            ))}
        </div>
      </Column>
      <Column name="came out">
        <b className="text-[1.6rem] leading-tight font-semibold">{wholeText(endedBy(curve, at))}</b>
        <span className="mt-1 block text-xs text-ink-3">
          since Monday, {wholeText(curve.copying[at] ?? 0)} being copied
        </span>
      </Column>
    </div>
  );
}

function Column({
  name,
  children,
  className,
}: {
  name: string;
  children: React.ReactNode;
  className?: string;
}) {
  return (
    <div className={cx('min-w-0', className)}>
      <p className="mb-2 font-mono text-xs text-ink-3">{name}</p>
      {children}
    </div>
  );
}

/** What was ordered and neither waits, nor runs, nor is being copied. */
function endedBy(curve: PlanOutcome['curve'], at: number): number {
  const ordered = curve.arriving
    .slice(0, at + 1)
    .reduce((sum, perHour) => sum + (perHour * curve.step_seconds) / 3_600, 0);
  const inside = (curve.waiting[at] ?? 0) + (curve.running[at] ?? 0) + (curve.copying[at] ?? 0);
  return Math.max(0, ordered - inside);
}

type LaneProps = { lane: PlanOutcome['paths'][number]['slots'][number]; at: number };

function Lane({ lane: { family, slots, taken }, at }: LaneProps) {
  const busy = taken[at] ?? 0;
  const cells = Math.min(DRAWN_MOST, slots);
  const filled = (busy / slots) * cells;
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap gap-[3px]">
        {Array.from({ length: cells }, (_, place) => {
          const share = Math.max(0, Math.min(1, filled - place));
          return (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a slot is a place.
              key={place}
              className={cx(
                'relative block h-7 overflow-hidden rounded-[2.5px] border',
                cells <= 40 ? 'w-3.5' : 'w-2',
                share > 0 ? 'border-accent' : 'border-line-strong/50',
              )}
            >
              <span className="absolute inset-x-0 bottom-0 bg-accent" style={{ height: `${share * 100}%` }} />
            </span>
          );
        })}
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink-3">
        <span className="font-mono text-ink-2">{family}</span>
        <span>
          <b className="font-medium text-ink">{wholeText(busy)}</b> of {slots} taken
        </span>
      </p>
    </div>
  );
}
