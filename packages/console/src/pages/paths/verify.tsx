/** Verifying a path by a few paid clips: a plan with its worst case, agreed to by name, and what was found. */
import type { Verification } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { verificationsQuery } from '../../api/money-queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { moneyText } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Said } from '../../ui/said.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone, type ToneWord } from '../../ui/tone.tsx';

/** Worst cases are by the price list of the path, which is in dollars. */
const usd = (amount: string): string => moneyText(amount, 'USD');

export function VerifyPanel({ path }: { path: string }) {
  const [open, setOpen] = useState(false);
  const list = useQuery(verificationsQuery(path));
  const shown = list.data?.data.filter(({ state }) => state !== 'planned').slice(0, 3) ?? [];
  return (
    <Panel
      title="Verified by orders"
      aside={
        <Button small onClick={() => setOpen(true)}>
          Verify with a budget
        </Button>
      }
    >
      {list.isPending && <SkeletonRows rows={2} />}
      {list.isError && (
        <Failure
          error={list.error}
          what="The verifications could not be read."
          retry={() => list.refetch()}
        />
      )}
      {list.data && shown.length === 0 && (
        <p className="text-ink-2">
          Nothing was measured on purpose yet. A few paid clips show whether callbacks, limits and prices are
          what the vendor says; you see the worst case before anything is ordered.
        </p>
      )}
      <div className="grid gap-5">
        {shown.map((each) => (
          <One key={each.id} verification={each} />
        ))}
      </div>
      <Dialog open={open} onClose={() => setOpen(false)} title={`Verify ${path}`}>
        <Wish path={path} onDone={() => setOpen(false)} />
      </Dialog>
    </Panel>
  );
}

const STEPS: Record<Verification['steps'][number]['state'], ToneWord> = {
  waiting: 'wait',
  running: 'wait',
  passed: 'ok',
  failed: 'bad',
  skipped: 'off',
};

function One({ verification }: { verification: Verification }) {
  const { id, state, steps, spent, worst_case, confirmed_by, confirmed_at } = verification;
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () => sluice.verifications.stop(id),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['paths'] }),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <section aria-label={`Verification ${id}`} className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p>
          <strong className="font-medium">{WORDS[state]}</strong>, {usd(spent)} of at most {usd(worst_case)}{' '}
          spent
          {confirmed_at && (
            <span className="text-ink-2">
              ; agreed by <bdi>{confirmed_by}</bdi> <Ago at={confirmed_at} />
            </span>
          )}
        </p>
        {state === 'running' && (
          <Button small kind="danger" busy={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        )}
      </div>
      <ul className="grid gap-1.5">
        {steps.map(({ kind, state: of, finding, what }) => (
          <li key={kind} className="flex flex-wrap gap-x-3">
            <span className="w-32 shrink-0">{kind.replaceAll('_', ' ')}</span>
            <span className="w-24 shrink-0">
              <Tone tone={STEPS[of]}>{of}</Tone>
            </span>
            <span className="min-w-0 flex-1 basis-60 text-ink-2">{finding ?? what}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const WORDS: Record<Verification['state'], string> = {
  planned: 'Planned',
  running: 'Running',
  stopping: 'Stopping',
  done: 'Done',
  stopped: 'Stopped',
};

function Wish({ path, onDone }: { path: string; onDone: () => void }) {
  const [budget, setBudget] = useState('5');
  const plan = useMutation({ mutationFn: () => sluice.verifications.plan(path, { budget: budget.trim() }) });
  if (plan.data) return <Agree plan={plan.data} onDone={onDone} />;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        plan.mutate();
      }}
    >
      <TextField
        label="Budget in USD"
        value={budget}
        onChange={setBudget}
        inputMode="decimal"
        required
        hint="Never more than this. The plan comes next, and orders nothing."
      />
      <Said error={plan.error} />
      <Button type="submit" kind="primary" busy={plan.isPending}>
        Show the plan
      </Button>
    </form>
  );
}

function Agree({ plan, onDone }: { plan: Verification; onDone: () => void }) {
  const { id, worst_case: worstCase, steps, model, path } = plan;
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  const start = useMutation({
    mutationFn: () => sluice.verifications.start(id, { confirmed_by: name.trim(), worst_case: worstCase }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['paths', path] });
      toast({ text: 'The verification has begun; it goes on without this page.', tone: 'ok' });
      onDone();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <p>
        Orders clips of {model}, for <strong>at most {usd(worstCase)}</strong>:
      </p>
      <ul className="grid gap-1.5">
        {steps.map((step) => (
          <li key={step.kind} className="flex justify-between gap-4">
            <span className={step.state === 'skipped' ? 'text-ink-3' : ''}>
              {step.kind.replaceAll('_', ' ')}: <span className="text-ink-2">{step.what}</span>
            </span>
            <span className="whitespace-nowrap">{usd(step.worst_case)}</span>
          </li>
        ))}
      </ul>
      <TextField label="Who agrees" value={name} onChange={setName} required maxLength={100} />
      <TextField
        label={`Type ${worstCase} to agree`}
        value={typed}
        onChange={setTyped}
        inputMode="decimal"
        autoComplete="off"
        required
      />
      <Said error={start.error} />
      <Button
        type="submit"
        kind="danger"
        busy={start.isPending}
        disabled={typed.trim() !== worstCase || name.trim() === ''}
      >
        Spend at most {usd(worstCase)}
      </Button>
    </form>
  );
}
