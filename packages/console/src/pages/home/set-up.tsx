/** An installation without anything yet, for its operator: what a first clip takes, in order, each with its place. */
import type { Account, Path } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Circle, CircleCheck } from 'lucide-react';
import { accountsQuery, pathsQuery } from '../../api/queries.ts';
import { useHasAccount } from '../../app/session-context.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Failure, Skeleton } from '../../ui/panel.tsx';

type Step = {
  title: string;
  under: string;
  done: boolean;
  /** Where it is done, and what the button there is called. */
  to: '/paths' | '/settings' | '/money' | '/playground';
  button: string;
};

export function SetUp() {
  const paths = useQuery(pathsQuery);
  const accounts = useQuery(accountsQuery);
  const hasAccount = useHasAccount();
  if (paths.isPending || accounts.isPending) return <Skeleton className="h-84" />;
  if (paths.isError || accounts.isError) {
    const { error, refetch } = paths.isError ? paths : accounts;
    return <Failure error={error} what="What is there already could not be read." retry={() => refetch()} />;
  }
  return <Steps steps={stepsOf(paths.data.data, accounts.data.data, hasAccount)} />;
}

function stepsOf(paths: readonly Path[], accounts: readonly Account[], hasAccount: boolean): Step[] {
  return [
    {
      title: 'Add a path to a vendor',
      under: 'Its credential is checked by a free call, and sealed.',
      done: paths.length > 0,
      to: '/paths',
      button: 'Add a path',
    },
    {
      title: 'Open an account for whoever pays',
      under: 'It owns the clips, has a share of the slots, and keys.',
      done: accounts.length > 0,
      to: '/settings',
      button: 'New account',
    },
    {
      title: 'Book its money',
      under: 'What was received; orders are held against it and charged when their clip is stored.',
      done: accounts.some(({ balance }) => Number(balance.available) > 0),
      to: '/money',
      button: 'Book money',
    },
    {
      title: 'Order the first clip',
      under: hasAccount
        ? 'In the playground, with its price before it is sent.'
        : 'In the playground. Choose the account at the top: it owns the clip and pays for it.',
      done: false,
      to: '/playground',
      button: 'Write a prompt',
    },
  ];
}

function Steps({ steps }: { steps: readonly Step[] }) {
  const next = steps.findIndex(({ done }) => !done);
  return (
    <section aria-labelledby="set-up" className="rounded-lg border bg-surface">
      <h2 id="set-up" className="border-b px-4 py-2.5">
        From here to the first clip
      </h2>
      <ol>
        {steps.map(({ title, under, done, to, button }, at) => (
          <li
            key={title}
            className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3 last:border-0"
            aria-current={at === next ? 'step' : undefined}
          >
            <Mark done={done} />
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-medium">
                {title} {done && <span className="sr-only">(done)</span>}
              </p>
              <p className="text-[0.93rem] text-ink-3">{under}</p>
            </div>
            {!done && (
              <ButtonLink to={to} kind={at === next ? 'primary' : 'outline'} small>
                {button}
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Mark({ done }: { done: boolean }) {
  return done ? (
    <CircleCheck className="size-5 text-ok" aria-hidden="true" />
  ) : (
    <Circle className="size-5 text-ink-3" aria-hidden="true" />
  );
}
