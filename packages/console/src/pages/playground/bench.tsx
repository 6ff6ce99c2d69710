/** The bench: draft, quote, order, and the task that came of it. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { taskQuery } from '../../api/queries.ts';
import { useHasAccount } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Panel } from '../../ui/panel.tsx';
import { Code } from './code.tsx';
import { type Draft, missingIn, newDraft, toOrder } from './draft.ts';
import { OrderForm } from './form.tsx';
import { QuoteLine, useQuote } from './quote-line.tsx';
import { Result } from './result.tsx';

const NO_ACCOUNT = 'Choose an account at the top: it owns the clip and pays for it.';

export function Bench({ models, begin }: { models: readonly Model[]; begin: Model }) {
  const [draft, setDraft] = useState<Draft>(() => newDraft(begin));
  const [tasks, setTasks] = useState<readonly string[]>([]);
  const hasAccount = useHasAccount();
  const model = models.find(({ id }) => id === draft.model) ?? begin;
  const missing = hasAccount ? missingIn(draft, model) : NO_ACCOUNT;
  const order = toOrder(draft, model);
  const quote = useQuote(missing === null ? order : null);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: (given: CreateGeneration) => sluice.tasks.create(given),
    onSuccess: (task) => {
      queries.setQueryData(taskQuery(task.id).queryKey, task);
      setTasks((before) => [task.id, ...before]);
    },
  });
  const ready = missing === null && !quote.isError;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[25rem_minmax(0,1fr)]">
      <form
        className="rounded-lg border bg-surface lg:sticky lg:top-18 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) create.mutate(order);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <div className="p-4">
          <OrderForm draft={draft} models={models} model={model} onChange={setDraft} />
        </div>
        <div className="sticky bottom-0 grid gap-3 border-t bg-surface p-4">
          <QuoteLine quote={quote} missing={missing} />
          <Button type="submit" kind="primary" disabled={!ready} busy={create.isPending}>
            Generate
          </Button>
          {create.isError && <Failure error={create.error} what="Nothing was ordered, nothing is charged." />}
        </div>
      </form>
      <div className="grid min-w-0 gap-5">
        <Result ids={tasks} />
        <Panel flush>
          <Code order={order} model={model} />
        </Panel>
      </div>
    </div>
  );
}
