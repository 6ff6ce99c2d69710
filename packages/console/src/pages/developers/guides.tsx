/** How to reach this gateway from what people use already: only the base address and the key change. */
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { copyText } from '../../ui/copy.ts';
import { Panel } from '../../ui/panel.tsx';
import { GUIDES } from './guide-texts.ts';

const BOX = 'overflow-x-auto rounded-md border bg-sunken p-3 pr-12';

export function GuidesPanel() {
  const base = window.location.origin;
  const [name, setName] = useState(GUIDES[0]?.name ?? '');
  const guide = GUIDES.find((each) => each.name === name) ?? GUIDES[0];
  if (!guide) return null;
  const code = guide.code(base);
  return (
    <Panel title="From your own code">
      <Segments
        label="Library"
        hideLabel
        value={guide.name}
        options={GUIDES.map((each) => ({ value: each.name, label: each.name }))}
        onChange={setName}
      />
      <p className="mt-4 text-ink-2">{guide.says}</p>
      <div className="relative mt-3">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
        <section aria-label="Code" tabIndex={0} className={BOX}>
          <pre className="font-mono text-[0.93em]">{code}</pre>
        </section>
        <IconButton
          label="Copy the code"
          className="absolute top-1.5 right-1.5 bg-sunken"
          onClick={() => copyText(code, 'The code is copied')}
        >
          <Copy className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
    </Panel>
  );
}
