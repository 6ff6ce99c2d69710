/** How to order a model in code: its mode first, then the client. */
import type { Mode, Model } from '@sluice/sdk';
import { useState } from 'react';
import { Segments } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Code } from '../playground/code.tsx';
import { exampleOrder } from './examples.ts';
import { MODE_WORDS, modesOf } from './facts.ts';

export function OrderCode({ model }: { model: Model }) {
  const modes = modesOf(model);
  const [wanted, setWanted] = useState<Mode | undefined>(modes[0]);
  const mode = wanted !== undefined && modes.includes(wanted) ? wanted : modes[0];
  if (mode === undefined) return null;
  return (
    <Panel
      title="As code"
      flush
      aside={
        modes.length > 1 && (
          <Segments
            label="Mode"
            hideLabel
            value={mode}
            options={modes.map((each) => ({ value: each, label: MODE_WORDS[each] ?? each }))}
            onChange={setWanted}
          />
        )
      }
    >
      <Code order={exampleOrder(model, mode)} model={model} />
    </Panel>
  );
}
