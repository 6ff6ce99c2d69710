/** The same order as code: with curl, the SDK, the command line, and through each door. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { Copy } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';
import { Tabs } from '../../ui/tabs.tsx';
import { snippets } from './snippets.ts';

/** Doors have code for an order only with its words; until they are written, these stand there. */
export function withPrompt(order: CreateGeneration): CreateGeneration {
  if (order.prompt !== undefined || order.model_params?.multi_prompt) return order;
  const { model, mode, ...rest } = order;
  return { model, ...(mode && { mode }), prompt: 'A fox crosses a snowy field at dawn', ...rest };
}

export function Code({ order, model }: { order: CreateGeneration; model: Model }) {
  const all = snippets(order, model, window.location.origin);
  return (
    <Tabs label="Ways to order" names={all.map(({ name }) => name)}>
      {(chosen) => <Snippet {...(all.find(({ name }) => name === chosen) ?? { text: '' })} />}
    </Tabs>
  );
}

function Snippet({ text, note }: { text: string; note?: string | undefined }) {
  return (
    <>
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
    </>
  );
}
