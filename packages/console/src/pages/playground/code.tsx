/** The same order as code: with curl, the SDK, the command line, and through each door. */
import { Tab, TabList, TabPanel, TabProvider } from '@ariakit/react';
import type { CreateGeneration, Model } from '@sluice/sdk';
import { Copy } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { copyText } from '../../ui/copy.ts';
import { snippets } from './snippets.ts';

export function Code({ order, model }: { order: CreateGeneration; model: Model }) {
  const all = snippets(order, model, window.location.origin);
  return (
    <TabProvider defaultSelectedId={all[0]?.name ?? null}>
      <div className="flex items-center justify-between gap-3 border-b px-2">
        <TabList aria-label="Ways to order" className="flex overflow-x-auto">
          {all.map(({ name }) => (
            <Tab
              key={name}
              id={name}
              className={cx(
                '-mb-px h-10 border-b-2 border-transparent px-3 whitespace-nowrap text-ink-2 hover:text-ink',
                'aria-selected:border-accent aria-selected:font-medium aria-selected:text-ink',
              )}
            >
              {name}
            </Tab>
          ))}
        </TabList>
      </div>
      {all.map(({ name, text, note }) => (
        <TabPanel key={name} tabId={name} className="relative">
          <Button
            small
            className="absolute top-2.5 right-2.5"
            icon={<Copy className="size-3.5" aria-hidden="true" />}
            onClick={() => void copyText(text)}
          >
            Copy
          </Button>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
            tabIndex={0}
            className="overflow-x-auto p-4 pr-24 font-mono text-[0.86rem] leading-relaxed"
          >
            {text}
          </pre>
          {note && <p className="border-t px-4 py-2.5 text-[0.93rem] text-ink-3">{note}</p>}
        </TabPanel>
      ))}
    </TabProvider>
  );
}
