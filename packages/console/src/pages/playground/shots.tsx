/** Shots of one's own: each with what happens and how long it is. */
import type { ModeCapability } from '@sluice/sdk';
import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import type { Draft, Shot } from './draft.ts';

type ShotsProps = { draft: Draft; capability: ModeCapability; set: (change: Partial<Draft>) => void };

const SECONDS_MOST = 15;

export function Shots({ draft, capability, set }: ShotsProps) {
  const { shots } = draft;
  const change = (at: number, over: Partial<Shot>): void =>
    set({ shots: shots.map((shot, each) => (each === at ? { ...shot, ...over } : shot)) });
  const total = shots.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">
        Shots <span className="font-normal text-ink-3">{total} s in all</span>
      </legend>
      <ol className="grid gap-2">
        {shots.map((shot, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a shot is its place; its words change while they are written.
          <li key={at} className="flex gap-2">
            <textarea
              aria-label={`What happens in shot ${at + 1}`}
              dir="auto"
              rows={2}
              maxLength={capability.shot_prompt_max}
              className={cx(INPUT, 'resize-y py-2')}
              value={shot.prompt}
              onChange={(event) => change(at, { prompt: event.target.value })}
            />
            <input
              aria-label={`Seconds of shot ${at + 1}`}
              type="number"
              min={1}
              max={SECONDS_MOST}
              className={cx(INPUT, 'h-9 w-18')}
              value={shot.seconds}
              onChange={(event) => change(at, { seconds: Math.max(1, Number(event.target.value) || 1) })}
            />
            <IconButton
              label={`Remove shot ${at + 1}`}
              onClick={() => set({ shots: shots.filter((_, each) => each !== at) })}
            >
              <X className="size-4" aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ol>
      {shots.length < capability.shots_max && (
        <Button
          small
          kind="quiet"
          className="mt-2"
          icon={<Plus className="size-3.5" aria-hidden="true" />}
          onClick={() => set({ shots: [...shots, { prompt: '', seconds: 3 }] })}
        >
          Add a shot
        </Button>
      )}
    </fieldset>
  );
}
