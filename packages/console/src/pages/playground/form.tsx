/** The form of an order, drawn from what the chosen model says it can do. */
import type { Mode, ModeCapability, Model } from '@sluice/sdk';
import type { ReactNode } from 'react';
import { Segments } from '../../ui/choice.tsx';
import { cx } from '../../ui/class.ts';
import { Field, INPUT } from '../../ui/field.tsx';
import { MODE_WORDS, modesOf } from '../models/facts.ts';
import { type Cutting, capabilityOf, type Draft, inputsOf, type Role, settled } from './draft.ts';
import { Shots } from './shots.tsx';
import { Uploads } from './uploads.tsx';

type FormProps = { draft: Draft; model: Model; onChange: (draft: Draft) => void };

/** Everything but which model: that is chosen beside it. */
export function OrderForm({ draft, model, onChange }: FormProps) {
  const capability = capabilityOf(draft, model);
  const set = (change: Partial<Draft>): void => onChange({ ...draft, ...change });
  return (
    <>
      {modesOf(model).length > 1 && (
        <Segments<Mode>
          label="From"
          value={draft.mode}
          options={modesOf(model).map((mode) => ({ value: mode, label: MODE_WORDS[mode] ?? mode }))}
          onChange={(mode) => set({ mode })}
        />
      )}
      {capability && <Parts draft={draft} capability={capability} set={set} />}
    </>
  );
}

type PartProps = { draft: Draft; capability: ModeCapability; set: (change: Partial<Draft>) => void };

function Parts(props: PartProps) {
  const { draft, capability, set } = props;
  const roles = Object.entries(capability.inputs) as [Role, { min: number; max: number }][];
  const { cutting } = settled(draft, capability);
  return (
    <>
      {cutting === 'custom' ? (
        <Shots draft={draft} capability={capability} set={set} />
      ) : (
        <Prompt {...props} />
      )}
      {roles.map(([role, { min, max }]) => (
        <Uploads
          key={role}
          role={role}
          min={min}
          max={max}
          given={inputsOf(draft, capability, role)}
          onChange={(given) => set({ inputs: { ...draft.inputs, [role]: given } })}
        />
      ))}
      <Options {...props} />
      {capability.negative_prompt && (
        <Field label={optional('Negative prompt')}>
          {(ids) => (
            <textarea
              {...ids}
              dir="auto"
              rows={2}
              className={cx(INPUT, 'resize-y py-2')}
              value={draft.negative}
              onChange={(event) => set({ negative: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function optional(label: string): ReactNode {
  return (
    <>
      {label} <span className="font-normal text-ink-3">optional</span>
    </>
  );
}

function Prompt({ draft, capability, set }: PartProps) {
  const { length } = draft.prompt;
  const over = length > capability.prompt_max;
  return (
    <Field
      label={capability.prompt_required ? 'Prompt' : optional('Prompt')}
      error={over ? `${length} of ${capability.prompt_max} characters: shorten it.` : null}
      hint={length > capability.prompt_max * 0.8 ? `${length} of ${capability.prompt_max} characters` : null}
    >
      {(ids) => (
        <textarea
          {...ids}
          name="prompt"
          dir="auto"
          rows={5}
          placeholder="What happens, seen how, in which light"
          className={cx(INPUT, 'field-sizing-content max-h-96 min-h-28 resize-y py-2')}
          value={draft.prompt}
          onChange={(event) => set({ prompt: event.target.value })}
        />
      )}
    </Field>
  );
}

const CUTTING_WORDS: Record<Cutting, string> = {
  off: 'one shot',
  auto: 'cut by the model',
  custom: 'my own shots',
};
const SOUND_WORDS = { on: 'on', off: 'off', original: 'keep the original' } as const;

function Options({ draft, capability, set }: PartProps) {
  const now = settled(draft, capability);
  return (
    <>
      {capability.multi_shot.length > 1 && (
        <Segments
          label="Shots"
          value={now.cutting}
          options={capability.multi_shot.map((value) => ({ value, label: CUTTING_WORDS[value] }))}
          onChange={(cutting) =>
            set({ cutting, shots: draft.shots.length > 0 ? draft.shots : firstShots(draft) })
          }
        />
      )}
      {capability.seconds && now.cutting !== 'custom' && now.seconds !== null && (
        <Segments
          label="Length, seconds"
          value={now.seconds}
          options={capability.seconds.allowed.map((value) => ({ value, label: value }))}
          onChange={(seconds) => set({ seconds })}
        />
      )}
      {now.resolution !== null && (
        <Segments
          label="Resolution"
          value={now.resolution}
          options={capability.resolutions.map((value) => ({ value, label: value }))}
          onChange={(resolution) => set({ resolution })}
        />
      )}
      {capability.aspect_ratios.length > 0 && (
        <Segments
          label="Aspect"
          value={now.aspect ?? ''}
          options={capability.aspect_ratios.map((value) => ({ value, label: <Aspect ratio={value} /> }))}
          onChange={(aspect) => set({ aspect })}
        />
      )}
      {capability.sound.length > 1 && now.sound !== null && (
        <Segments
          label="Sound"
          value={now.sound}
          options={capability.sound.map((value) => ({ value, label: SOUND_WORDS[value] }))}
          onChange={(sound) => set({ sound })}
        />
      )}
      {capability.orientations.length > 1 && now.orientation !== null && (
        <Segments
          label="The figure faces as in the"
          value={now.orientation}
          options={capability.orientations.map((value) => ({ value, label: value }))}
          onChange={(orientation) => set({ orientation })}
        />
      )}
    </>
  );
}

function firstShots(draft: Draft) {
  return [{ prompt: draft.prompt, seconds: 5 }];
}

/** The shape beside its name. */
function Aspect({ ratio }: { ratio: string }) {
  const [width = 1, height = 1] = ratio.split(':').map(Number);
  const scale = 13 / Math.max(width, height);
  return (
    <span className="flex items-center gap-1.5">
      <svg width="14" height="14" aria-hidden="true" className="shrink-0">
        <rect
          x={(14 - width * scale) / 2}
          y={(14 - height * scale) / 2}
          width={width * scale}
          height={height * scale}
          rx="1.5"
          fill="none"
          stroke="currentColor"
        />
      </svg>
      {ratio}
    </span>
  );
}
