/** The capability table: a column for each mode. */
import type { Mode, ModeCapability, Model } from '@sluice/sdk';
import type { ReactNode } from 'react';
import { modesOf } from './facts.ts';

type Line = { name: string; of: (mode: ModeCapability) => ReactNode };

const LINES: Line[] = [
  { name: 'Length', of: ({ seconds }) => (seconds ? `${spans(seconds.allowed)} s` : 'as its input') },
  { name: 'Resolution', of: ({ resolutions }) => resolutions.join(', ') },
  {
    name: 'Aspect',
    of: ({ aspect_ratios }) => (aspect_ratios.length === 0 ? 'as its input' : aspect_ratios.join(', ')),
  },
  { name: 'Sound', of: ({ sound }) => sound.join(', ') },
  {
    name: 'Shots',
    of: ({ multi_shot, shots_max }) => (multi_shot.length > 1 ? `up to ${shots_max}` : 'one'),
  },
  {
    name: 'Prompt',
    of: ({ prompt_max, prompt_required }) => `${prompt_max}${prompt_required ? '' : ', optional'}`,
  },
  { name: 'Negative prompt', of: ({ negative_prompt }) => (negative_prompt ? 'yes' : 'no') },
  { name: 'Inputs', of: ({ inputs }) => <Inputs inputs={inputs} /> },
];

export function Abilities({ model }: { model: Model }) {
  const modes = modesOf(model);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
    <section className="edges overflow-x-auto" tabIndex={0} aria-label="Capabilities">
      <table className="w-full text-left">
        <thead>
          <tr className="border-b">
            <td className="p-2.5 pl-4" />
            {modes.map((mode) => (
              <th key={mode} scope="col" className="p-2.5 font-medium whitespace-nowrap">
                {mode}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {LINES.map(({ name, of }) => (
            <tr key={name} className="border-b last:border-0">
              <th scope="row" className="p-2.5 pl-4 align-top font-normal whitespace-nowrap text-ink-3">
                {name}
              </th>
              {modes.map((mode) => (
                <td key={mode} className="p-2.5 align-top">
                  {cellOf(model, mode, of)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function cellOf(model: Model, mode: Mode, of: Line['of']): ReactNode {
  const capability = model.modes[mode];
  return capability ? of(capability) : '–';
}

function Inputs({ inputs }: Pick<ModeCapability, 'inputs'>) {
  const entries = Object.entries(inputs);
  if (entries.length === 0) return 'none';
  return (
    <ul>
      {entries.map(([role, count]) => (
        <li key={role} className="whitespace-nowrap">
          {role.replaceAll('_', ' ')}{' '}
          <span className="text-ink-3">
            {count.min === count.max ? count.min : `${count.min}–${count.max}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** 3, 4, 5, 6, 10 as 3–6, 10. */
export function spans(numbers: readonly number[]): string {
  const parts: [from: number, to: number][] = [];
  for (const each of [...numbers].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last && each === last[1] + 1) last[1] = each;
    else parts.push([each, each]);
  }
  return parts.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
}
