/** The bench: one draft, one or several targets, their quotes, and the tasks that came of them. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { sluice } from '../../api/client.ts';
import { mayHaveArrived } from '../../api/once.ts';
import { taskQuery } from '../../api/queries.ts';
import { useHasAccount, useMay } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Panel } from '../../ui/panel.tsx';
import { Code, withPrompt } from './code.tsx';
import type { Desk } from './desk.ts';
import { type Draft, missingIn, toOrder, withModel } from './draft.ts';
import { OrderForm } from './form.tsx';
import { QuoteLine } from './quote-line.tsx';
import { type QuoteResult, useQuotes } from './quotes.ts';
import { Result } from './result.tsx';
import { type Target, Targets } from './targets.tsx';

const NO_ACCOUNT = 'Choose an account at the top: it owns the clip and pays for it.';
const NO_RIGHT = 'Your role may look, not order.';

type Aimed = { target: Target; model: Model; order: CreateGeneration; missing: string | null };

type BenchProps = {
  models: readonly Model[];
  desk: Desk;
  onDesk: (change: (desk: Desk) => Desk) => void;
  onSave: () => void;
  onGallery: () => void;
};

export function Bench({ models, desk, onDesk, onSave, onGallery }: BenchProps) {
  const { draft, others, runs } = desk;
  const targets: Target[] = [{ model: draft.model, path: draft.path }, ...others];
  const aimed = useAimed(models, draft, targets);
  const quotes = useQuotes(aimed.map(({ order, missing }) => (missing === null ? order : null)));
  const create = useOrders((ids) => onDesk((now) => ({ ...now, runs: [ids, ...now.runs] })));
  const ready = aimed.every(({ missing }) => missing === null) && !quotes.some(({ isError }) => isError);
  const [first] = aimed;
  const setTargets = ([head, ...rest]: Target[]): void => {
    const model = models.find(({ id }) => id === head?.model);
    onDesk((now) => ({
      ...now,
      draft: head && model ? { ...withModel(now.draft, model), path: head.path } : now.draft,
      others: rest,
    }));
  };
  if (!first) return null;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[25rem_minmax(0,1fr)]">
      <form
        aria-label="Order"
        className={
          'rounded-lg border bg-surface lg:sticky lg:top-18 lg:max-h-[calc(100dvh-9.25rem)] lg:overflow-y-auto ' +
          // What gets the focus must not end up behind the foot.
          '[&_:is(input,textarea,select)]:scroll-mb-44'
        }
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) create.mutate(aimed.map(({ order }) => order));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <div className="grid gap-4.5 p-4">
          <Targets models={models} targets={targets} onChange={setTargets} />
          <OrderForm
            draft={draft}
            model={first.model}
            onChange={(changed) => onDesk((now) => ({ ...now, draft: changed }))}
          />
        </div>
        <Foot aimed={aimed} quotes={quotes} ready={ready} busy={create.isPending} error={create.error} />
      </form>
      <div className="grid min-w-0 gap-5">
        <Result runs={runs} onGallery={onGallery} onSave={onSave} />
        <Panel flush>
          <Code order={withPrompt(first.order)} model={first.model} />
        </Panel>
      </div>
    </div>
  );
}

function useAimed(models: readonly Model[], draft: Draft, targets: readonly Target[]): Aimed[] {
  const hasAccount = useHasAccount();
  const may = useMay('tasks:write');
  return targets.flatMap((target) => {
    const model = models.find(({ id }) => id === target.model);
    if (!model) return [];
    const own = { ...withModel(draft, model), path: target.path };
    const unfit = own.mode === draft.mode ? null : `${model.name} does not make clips from that.`;
    const missing = !may ? NO_RIGHT : !hasAccount ? NO_ACCOUNT : (unfit ?? missingIn(own, model));
    return [{ target, model, order: toOrder(own, model), missing }];
  });
}

/** All at once; each is an order of its own, so that one refusal does not take the others with it. */
function useOrders(onOrdered: (ids: string[]) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (orders: CreateGeneration[]) => {
      const answers = await Promise.allSettled(orders.map((order) => sluice.tasks.create(order)));
      const tasks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      for (const task of tasks) queries.setQueryData(taskQuery(task.id).queryKey, task);
      if (tasks.length > 0) onOrdered(tasks.map(({ id }) => id));
      const refused = answers.find((answer) => answer.status === 'rejected');
      if (refused) throw refused.reason;
    },
  });
}

type FootProps = {
  aimed: readonly Aimed[];
  quotes: readonly QuoteResult[];
  ready: boolean;
  busy: boolean;
  error: unknown;
};

function Foot({ aimed, quotes, ready, busy, error }: FootProps) {
  const several = aimed.length > 1;
  return (
    <div className="sticky bottom-0 grid gap-3 border-t bg-surface p-4 max-md:bottom-14">
      <div role="status" className="grid gap-2">
        {aimed.map(({ model, target, missing }, at) => (
          <QuoteLine
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
            key={at}
            quote={quotes[at]}
            missing={missing}
            name={several ? [model.name, target.path].filter(Boolean).join(', ') : null}
          />
        ))}
      </div>
      <Button type="submit" kind="primary" disabled={!ready} busy={busy}>
        {several ? `Generate ${aimed.length} clips` : 'Generate'}
      </Button>
      {error !== null && <Failure error={error} what={whatBecameOf(error)} />}
    </div>
  );
}

function whatBecameOf(error: unknown): string {
  return mayHaveArrived(error)
    ? 'Nobody heard whether it was ordered.'
    : 'It was not ordered, and nothing is charged for it.';
}
