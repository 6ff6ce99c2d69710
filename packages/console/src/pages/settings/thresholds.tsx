/** When something is an alert, and when it is told. Empty: not looked at. */
import type { AlertSettings, AlertThresholdName, UpdateAlertSettings } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { sluice } from '../../api/client.ts';
import { alertSettingsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import { Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';

type Line = {
  name: AlertThresholdName;
  label: string;
  unit: string;
  /** Bounds of a whole number; without them it is an amount. */
  between?: [least: number, most: number];
  /** It cannot be switched off. */
  always?: boolean;
};

type Group = { title: string; lines: readonly Line[] };

const GROUPS: readonly Group[] = [
  {
    title: 'Paths and queue',
    lines: [
      { name: 'wallet_hours', label: 'A wallet lasts less than', unit: 'hours', between: [1, 2160] },
      {
        name: 'waiting_minutes',
        label: 'An order waits for a slot over',
        unit: 'minutes',
        between: [1, 10_080],
      },
      { name: 'success_percent', label: 'Renders that succeed are below', unit: 'percent', between: [1, 99] },
      { name: 'success_renders', label: '… of the last', unit: 'renders', between: [5, 200], always: true },
    ],
  },
  {
    title: 'Accounts',
    lines: [
      {
        name: 'balance_hours',
        label: 'A balance, at today’s pace, lasts less than',
        unit: 'hours',
        between: [1, 720],
      },
      { name: 'balance_below', label: 'A balance is below', unit: 'of its currency' },
      {
        name: 'key_budget_percent',
        label: 'A key has used of its budget',
        unit: 'percent',
        between: [1, 100],
      },
    ],
  },
  {
    title: 'Telling',
    lines: [
      {
        name: 'tell_after_minutes',
        label: 'A warning is told after',
        unit: 'minutes',
        between: [0, 1440],
        always: true,
      },
      {
        name: 'remind_hours',
        label: 'Reminders of what is critical, every',
        unit: 'hours',
        between: [1, 720],
      },
    ],
  },
];
const LINES = GROUPS.flatMap(({ lines }) => lines);

export function Thresholds() {
  const settings = useQuery(alertSettingsQuery);
  return (
    <Panel title="When it is an alert">
      {settings.isPending && <SkeletonRows rows={4} />}
      {settings.isError && (
        <Failure
          error={settings.error}
          what="The settings could not be read."
          retry={() => settings.refetch()}
        />
      )}
      {settings.data && <Form key={JSON.stringify(settings.data)} settings={settings.data} />}
    </Panel>
  );
}

type Draft = Partial<Record<AlertThresholdName, string>>;

const textOf = (value: string | number | null): string => (value === null ? '' : String(value));

/** Only what was changed is sent, so that what was not keeps following its default. */
function changeOf(settings: AlertSettings, draft: Draft): UpdateAlertSettings {
  const entries = LINES.flatMap(({ name, between }): [string, string | number | null][] => {
    const typed = draft[name]?.trim();
    if (typed === undefined || typed === textOf(settings[name]?.value ?? null)) return [];
    if (typed === '') return [[name, null]];
    return [[name, between ? Number(typed) : typed]];
  });
  return Object.fromEntries(entries);
}

function Form({ settings }: { settings: AlertSettings }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({});
  const lines = LINES.filter(({ name }) => settings[name] !== undefined);
  const set = lines.filter(({ name }) => settings[name]?.source === 'set').map(({ name }) => name);
  const change = changeOf(settings, draft);
  const save = useMutation({
    mutationFn: (asked: UpdateAlertSettings) => sluice.alerts.updateSettings(asked),
    onSuccess: (saved) => {
      toast({ text: 'Saved.', tone: 'ok' });
      queries.setQueryData(alertSettingsQuery.queryKey, saved);
      void queries.invalidateQueries({ queryKey: ['alerts'] });
    },
  });
  return (
    <form
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(change);
      }}
    >
      <p className="text-ink-2">What is left empty is not looked at.</p>
      <div className="grid items-start gap-6 sm:grid-cols-2 lg:grid-cols-3">
        {GROUPS.map(({ title, lines: all }) => ({ title, lines: all.filter((line) => lines.includes(line)) }))
          .filter((group) => group.lines.length > 0)
          .map((group) => (
            <fieldset key={group.title} className="grid min-w-0 gap-4">
              <legend className="mb-3 text-ink-3">{group.title}</legend>
              {group.lines.map((line) => (
                <Threshold
                  key={line.name}
                  line={line}
                  settings={settings}
                  typed={draft[line.name]}
                  onType={(text) => setDraft({ ...draft, [line.name]: text })}
                />
              ))}
            </fieldset>
          ))}
      </div>
      <Said error={save.error} />
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          kind="primary"
          busy={save.isPending}
          disabled={Object.keys(change).length === 0}
        >
          Save
        </Button>
        {set.length > 0 && (
          <Button disabled={save.isPending} onClick={() => save.mutate({ reset: set })}>
            Back to the defaults
          </Button>
        )}
      </div>
    </form>
  );
}

type ThresholdProps = {
  line: Line;
  settings: AlertSettings;
  typed: string | undefined;
  onType: (text: string) => void;
};

function Threshold({
  line: { name, label, unit, between, always },
  settings,
  typed,
  onType,
}: ThresholdProps) {
  const id = useId();
  const told = settings[name];
  if (told === undefined) return null;
  const standard = told.default === null ? 'off' : String(told.default);
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
        <span className="sr-only">, {unit}</span>
      </label>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="w-24">
          <input
            id={id}
            aria-describedby={`${id}-from`}
            {...(between ? { type: 'number', min: between[0], max: between[1] } : { inputMode: 'decimal' })}
            required={always === true}
            placeholder="off"
            value={typed ?? textOf(told.value)}
            onChange={(event) => onType(event.target.value)}
            className={cx(INPUT, 'h-9 text-right')}
          />
        </span>
        <span aria-hidden="true">{unit}</span>
        <span id={`${id}-from`} className="text-ink-3">
          {told.source === 'default' ? 'the default' : `set here, the default is ${standard}`}
        </span>
      </div>
    </div>
  );
}
