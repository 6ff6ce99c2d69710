/** The access paths: how busy each is, how it feels, how long its wallet lasts, and what a lost answer means there. */
import type { GatePath, Path } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { gateQuery, pathsQuery } from '../../api/queries.ts';
import { PathStrip } from '../../gate/gate.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Fact, Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { AddPath } from './add-path.tsx';
import { PathState, WalletText } from './facts.tsx';

const LOOK_AGAIN_MS = 5_000;

export function Paths() {
  const paths = useQuery({ ...pathsQuery, refetchInterval: LOOK_AGAIN_MS });
  const gate = useQuery({ ...gateQuery, refetchInterval: LOOK_AGAIN_MS });
  const [adding, setAdding] = useState(false);
  // With their slots at once: a strip that comes later would push down what is being read.
  const coming = paths.isPending || gate.isPending;
  const shown = coming ? [] : (paths.data?.data ?? []);
  const add = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden="true" />}
      onClick={() => setAdding(true)}
    >
      Add a path
    </Button>
  );
  return (
    <>
      <PageHead title="Paths" under="Where orders can go: vendor, credential, terms." aside={add} />
      {coming && <SkeletonRows rows={3} className="h-64" />}
      {paths.isError && !paths.data && (
        <Failure error={paths.error} what="The paths could not be read." retry={() => paths.refetch()} />
      )}
      {paths.data?.data.length === 0 && (
        <div className="rounded-lg border bg-surface">
          <Empty title="No path yet" action={add}>
            A path is a vendor account that renders for you. Its credential is checked by a free call before
            it is saved, and sealed.
          </Empty>
        </div>
      )}
      <div className="grid gap-4">
        {shown.map((path) => (
          <PathCard
            key={path.name}
            path={path}
            gate={gate.data?.paths.find(({ name }) => name === path.name) ?? null}
          />
        ))}
      </div>
      <AddPath open={adding} onClose={() => setAdding(false)} />
    </>
  );
}

function PathCard({ path, gate }: { path: Path; gate: GatePath | null }) {
  const refusals = path.limits.reduce((sum, limit) => sum + limit.refusals, 0);
  return (
    <article className="min-w-0 rounded-lg border bg-surface" aria-label={path.name}>
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-4 py-2.5">
        <h2 className="[overflow-wrap:anywhere]">
          <Link to="/paths/$name" params={{ name: path.name }} className="rounded-sm hover:underline">
            {path.name}
          </Link>
          {path.sandbox && (
            <span className="ml-2 rounded-sm bg-warn-soft px-1.5 py-0.5 text-xs font-medium text-warn">
              sandbox
            </span>
          )}
        </h2>
        <PathState path={path} />
      </header>
      <div className="grid gap-x-8 gap-y-4 p-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0">{gate && <PathStrip path={gate} named={false} />}</div>
        <dl className="grid grid-cols-2 content-start gap-x-5 gap-y-3">
          <Fact name="Provider">{path.provider}</Fact>
          <Fact name="Wallet">
            <WalletText wallet={path.wallet} />
          </Fact>
          <Fact name="Refused for want of a slot">{refusals === 0 ? 'never' : refusals}</Fact>
          <Fact name="Prices">{path.price_sheet ?? 'none: nothing is routed here'}</Fact>
          <Fact name={`After a lost answer (${path.guarantee.level})`} className="col-span-2">
            {path.guarantee.text}
          </Fact>
        </dl>
      </div>
    </article>
  );
}
