/** The clips of a mix, a line for each kind: which model, how long, how large, how many of them. */
import type { Model, Resolution } from '@sluice/sdk';
import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { NumberField } from '../../ui/field.tsx';
import { cheapest } from '../models/facts.ts';

export type ClipLine = {
  model: string;
  seconds?: number | undefined;
  resolution?: Resolution | undefined;
  count: number;
};

type ClipLinesProps = {
  models: readonly Model[];
  lines: readonly ClipLine[];
  onChange: (lines: ClipLine[]) => void;
  /** What the number of a line is: how many in a month, or its share. */
  counted: string;
};

/** The clip that most begin with: of the model that is ordered most, else of the first one that can be had. */
export function firstLine(models: readonly Model[], count: number, ordered?: string): ClipLine | null {
  const model =
    models.find(({ id }) => id === ordered) ??
    models.find(({ paths, modes }) => paths.length > 0 && modes['text-to-video']) ??
    models.find(cheapest);
  return model === undefined ? null : lineFor(model, count);
}

function lineFor(model: Model, count: number): ClipLine {
  const [mode] = Object.values(model.modes);
  const [resolution] = mode?.resolutions ?? [];
  return {
    model: model.id,
    count,
    ...(mode?.seconds && { seconds: mode.seconds.default }),
    ...(resolution && { resolution }),
  };
}

export function ClipLines({ models, lines, onChange, counted }: ClipLinesProps) {
  const change = (at: number, line: ClipLine): void =>
    onChange(lines.map((each, index) => (index === at ? line : each)));
  const add = (): void => {
    const used = new Set(lines.map(({ model }) => model));
    const next = models.find(({ id }) => !used.has(id)) ?? models[0];
    if (next) onChange([...lines, lineFor(next, lines[0]?.count ?? 1)]);
  };
  return (
    <div className="@container grid gap-3">
      {lines.map((line, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
          key={at}
          models={models}
          line={line}
          counted={counted}
          onChange={(next) => change(at, next)}
          onRemove={lines.length > 1 ? () => onChange(lines.filter((_, index) => index !== at)) : undefined}
        />
      ))}
      <div>
        <Button small kind="quiet" icon={<Plus className="size-3.5" aria-hidden="true" />} onClick={add}>
          Another kind of clip
        </Button>
      </div>
    </div>
  );
}

const GRID =
  'grid grid-cols-2 items-end gap-2 ' +
  '@lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_2rem]';

type LineProps = {
  models: readonly Model[];
  line: ClipLine;
  counted: string;
  onChange: (line: ClipLine) => void;
  onRemove: (() => void) | undefined;
};

function Line({ models, line, counted, onChange, onRemove }: LineProps) {
  const model = models.find(({ id }) => id === line.model);
  const modes = Object.values(model?.modes ?? {});
  const lengths = [...new Set(modes.flatMap((mode) => mode.seconds?.allowed ?? []))].sort((a, b) => a - b);
  const sizes = [...new Set(modes.flatMap((mode) => mode.resolutions))];
  return (
    <div className={GRID}>
      <Pick
        label="Model"
        className="col-span-2 @lg:col-span-1"
        value={line.model}
        options={models.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => {
          const next = models.find((each) => each.id === id);
          if (next) onChange(lineFor(next, line.count));
        }}
      />
      {lengths.length > 0 ? (
        <Pick
          label="Length"
          value={String(line.seconds ?? lengths[0])}
          options={lengths.map((each) => ({ value: String(each), label: `${each} s` }))}
          onChange={(seconds) => onChange({ ...line, seconds: Number(seconds) })}
        />
      ) : (
        <p className="self-center text-ink-3">as its input</p>
      )}
      <Pick
        label="Size"
        value={line.resolution ?? sizes[0] ?? '720p'}
        options={sizes.map((each) => ({ value: each, label: each }))}
        onChange={(resolution) => onChange({ ...line, resolution })}
      />
      <NumberField
        label={counted}
        value={line.count}
        least={1}
        most={1_000_000}
        onChange={(count) => onChange({ ...line, count })}
      />
      {onRemove && (
        <IconButton label={`Leave out ${model?.name ?? line.model}`} onClick={onRemove}>
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}
