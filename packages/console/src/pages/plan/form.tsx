/** What is asked: how much, when, of what, how soon, and what should be tried beside it. */
import type { Model } from '@sluice/sdk';
import { Button } from '../../ui/button.tsx';
import { NumberField, Slider, Tick } from '../../ui/field.tsx';
import { countText } from '../../ui/locale.ts';
import { Said } from '../../ui/said.tsx';
import { spanText } from '../../ui/time.tsx';
import { ClipLines } from '../compare/clip-lines.tsx';
import { Day } from './day.tsx';
import type { PlanDraft, Variant } from './draft.ts';

type FormProps = {
  models: readonly Model[];
  draft: PlanDraft;
  onChange: (draft: PlanDraft) => void;
  onAsk: () => void;
  busy: boolean;
  error: unknown;
};

export function PlanForm({ models, draft, onChange, onAsk, busy, error }: FormProps) {
  const set = (change: Partial<PlanDraft>): void => onChange({ ...draft, ...change });
  const aDay = draft.shape.reduce((sum, share) => sum + (share * draft.peak) / 100, 0);
  return (
    <form
      aria-label="Workload"
      className="grid content-start gap-5 rounded-lg border bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <Slider
        label="Busiest hour"
        value={draft.peak}
        least={1}
        most={2_000}
        text={`${countText(draft.peak)} ${draft.peak === 1 ? 'task' : 'tasks'}, ${countText(Math.round(aDay))} a day`}
        onChange={(peak) => set({ peak })}
      />
      <Day shape={draft.shape} onChange={(shape) => set({ shape })} />
      <Slider
        label="Weekends"
        value={Math.round(draft.weekend * 100)}
        least={0}
        most={200}
        step={5}
        text={`${Math.round(draft.weekend * 100)} % of a weekday`}
        onChange={(percent) => set({ weekend: percent / 100 })}
      />
      <ClipLines models={models} lines={draft.clips} counted="Share" onChange={(clips) => set({ clips })} />
      <Slider
        label="Wait at most"
        value={draft.startWithinSeconds}
        least={10}
        most={1_800}
        step={10}
        text={`${draft.sharePercent} % start within ${spanText(draft.startWithinSeconds)}`}
        onChange={(startWithinSeconds) => set({ startWithinSeconds })}
      />
      <Tries draft={draft} set={set} />
      <Said error={error} />
      <Button type="submit" kind="primary" busy={busy} disabled={draft.clips.length === 0}>
        Simulate
      </Button>
    </form>
  );
}

const TRIES = {
  scale: { label: 'More traffic', unit: 'times', least: 1 },
  slots: { label: 'More slots', unit: 'slots on each path and family', least: 1 },
  price: { label: 'Dearer', unit: 'percent', least: 1 },
} as const;

function Tries({ draft, set }: { draft: PlanDraft; set: (change: Partial<PlanDraft>) => void }) {
  const change = (name: keyof typeof TRIES, variant: Variant): void =>
    set({ variants: { ...draft.variants, [name]: variant } });
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium">What if</legend>
      {(Object.keys(TRIES) as (keyof typeof TRIES)[]).map((name) => {
        const variant = draft.variants[name];
        return (
          <div key={name} className="flex min-h-9 items-center justify-between gap-3">
            <Tick
              label={TRIES[name].label}
              on={variant.on}
              onChange={(on) => change(name, { ...variant, on })}
            />
            {variant.on && (
              <NumberField
                label={`${TRIES[name].label}, ${TRIES[name].unit}`}
                hideLabel
                value={variant.value}
                least={TRIES[name].least}
                most={1_000}
                after={name === 'scale' ? '×' : name === 'price' ? '%' : 'slots'}
                onChange={(value) => change(name, { ...variant, value })}
              />
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
