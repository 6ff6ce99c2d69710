/** Which models and paths get the order: one as a rule, up to four to compare. */
import type { Model } from '@sluice/sdk';
import { Columns2, X } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';

export type Target = { model: string; path: string | null };

export const TARGETS_MOST = 4;
const ANY = '';

type TargetsProps = {
  models: readonly Model[];
  targets: readonly Target[];
  onChange: (targets: Target[]) => void;
};

export function Targets({ models, targets, onChange }: TargetsProps) {
  const change = (at: number, target: Target): void =>
    onChange(targets.map((each, place) => (place === at ? target : each)));
  const several = targets.length > 1;
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="sr-only">Models and paths</legend>
      {targets.map((target, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; what is in it is chosen.
        <div key={at} className="flex items-end gap-2">
          <One
            models={models}
            target={target}
            name={several ? `Model ${at + 1}` : 'Model'}
            onChange={(next) => change(at, next)}
          />
          {several && (
            <IconButton
              label={`Remove model ${at + 1}`}
              className="mb-0.5"
              onClick={() => onChange(targets.filter((_, place) => place !== at))}
            >
              <X className="size-4" aria-hidden="true" />
            </IconButton>
          )}
        </div>
      ))}
      {targets.length < TARGETS_MOST && (
        <Button
          small
          kind="quiet"
          className="justify-self-start"
          icon={<Columns2 className="size-4" aria-hidden="true" />}
          onClick={() => onChange([...targets, nextTarget(models, targets)])}
        >
          {several ? 'Compare one more' : 'Compare with another'}
        </Button>
      )}
    </fieldset>
  );
}

type OneProps = {
  models: readonly Model[];
  target: Target;
  name: string;
  onChange: (target: Target) => void;
};

function One({ models, target, name, onChange }: OneProps) {
  const paths = models.find(({ id }) => id === target.model)?.paths ?? [];
  return (
    <div className="flex min-w-0 flex-1 gap-2">
      <Pick
        label={name}
        value={target.model}
        options={models.map(({ id, name: word }) => ({ value: id, label: word }))}
        onChange={(model) => onChange({ model, path: null })}
        className="flex-1"
      />
      {paths.length > 1 && (
        <Pick
          label="Path"
          value={target.path ?? ANY}
          options={[{ value: ANY, label: 'best' }, ...paths.map((path) => ({ value: path, label: path }))]}
          onChange={(path) => onChange({ ...target, path: path === ANY ? null : path })}
          className="w-32"
        />
      )}
    </div>
  );
}

/** Another path of the same model if there is one, else the next model. */
function nextTarget(models: readonly Model[], targets: readonly Target[]): Target {
  const last = targets.at(-1);
  const taken = new Set(targets.map(({ model, path }) => `${model} ${path}`));
  const same = models.find(({ id }) => id === last?.model);
  const path = same?.paths.find((each) => same.paths.length > 1 && !taken.has(`${same.id} ${each}`));
  if (same && path !== undefined) return { model: same.id, path };
  const used = new Set(targets.map(({ model }) => model));
  const other = models.find(({ id }) => !used.has(id)) ?? models[0];
  return { model: other?.id ?? '', path: null };
}
