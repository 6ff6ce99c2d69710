/** One path: what it is doing, what limits it, and what an operator can do about it. */
import type { Gate, GatePath, Path } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { pathQuery } from '../../api/money-queries.ts';
import { gateQuery } from '../../api/queries.ts';
import { FAMILIES } from '../../gate/gate.tsx';
import { Queue } from '../../gate/queue.tsx';
import { Slots } from '../../gate/slots.tsx';
import { Fact, Failure, InOrder, PageHead, Panel, Skeleton, SkeletonRows } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { PathActions } from './actions.tsx';
import { Dossier } from './dossier.tsx';
import { PathState, WalletText, walletAmount } from './facts.tsx';
import { Limits } from './limits.tsx';
import { OverTime } from './over-time.tsx';
import { StatementPanel } from './statement.tsx';
import { ToldEnds } from './told-ends.tsx';
import { VerifyPanel } from './verify.tsx';

const LOOK_AGAIN_MS = 3_000;

export function PathPage() {
  const { name } = useParams({ from: '/paths/$name' });
  const path = useQuery({ ...pathQuery(name), refetchInterval: LOOK_AGAIN_MS });
  if (path.isPending) return <SkeletonRows rows={6} className="h-14" />;
  if (path.isError && !path.data) {
    return <Failure error={path.error} what="The path could not be read." retry={() => path.refetch()} />;
  }
  if (!path.data) return null;
  return <Shown path={path.data} />;
}

function Shown({ path }: { path: Path }) {
  const gate = useQuery({ ...gateQuery, refetchInterval: LOOK_AGAIN_MS });
  const now = gate.data?.paths.find(({ name }) => name === path.name);
  return (
    <>
      <PageHead
        title={path.name}
        under={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <PathState path={path} />
            <span>
              {path.provider}
              {path.sandbox && ', sandbox'}
            </span>
          </span>
        }
        aside={<PathActions path={path} />}
      />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <InOrder>
          <Panel title="Slots now">
            {gate.isPending && <Skeleton className="h-24" />}
            {gate.data && now && <Now families={now.families} queue={gate.data.queue} />}
          </Panel>
          <Limits path={path} />
          <OverTime path={path} />
          <ToldEnds path={path.name} />
          <Panel title="What is known">
            <Dossier name={path.name} />
          </Panel>
          <VerifyPanel path={path.name} />
          <StatementPanel path={path.name} />
        </InOrder>
        <FactsPanel path={path} />
      </div>
    </>
  );
}

/** Beside the slots, who waits for a model that this path can make; other paths may take them as well. */
function Now({ families, queue }: Pick<GatePath, 'families'> & Pick<Gate, 'queue'>) {
  const ours = queue.filter(({ family }) => families.some((each) => each.family === family));
  return (
    <div className="grid gap-x-6 gap-y-5 md:grid-cols-[minmax(0,1fr)_12rem]">
      <div aria-hidden="true" className={FAMILIES}>
        {families.map((family) => (
          <Slots key={family.family} family={family} named />
        ))}
      </div>
      <ul className="sr-only">
        {families.map(({ family, occupied, effective }) => (
          <li key={family}>
            {family}: {occupied} of {effective} slots busy
          </li>
        ))}
      </ul>
      <section aria-label="Who waits for these models">
        <p className="mb-2.5 font-mono text-xs text-ink-3" aria-hidden="true">
          waiting
        </p>
        <Queue queue={ours} />
      </section>
    </div>
  );
}

function FactsPanel({ path }: { path: Path }) {
  return (
    <div className="grid min-w-0 content-start gap-5">
      <Panel title="Facts">
        <dl className="grid gap-3.5">
          <Fact name={`After a lost answer (${path.guarantee.level})`}>{path.guarantee.text}</Fact>
          <Fact name="Address">
            <span className="font-mono text-[0.93em]">{path.base_url}</span>
          </Fact>
          <Fact name="Price sheet">{path.price_sheet ?? 'none'}</Fact>
          <Fact name="Credential">
            <CredentialText credential={path.credential} />
          </Fact>
          <Fact name="Regions">{path.regions.join(', ') || 'not told'}</Fact>
          <Fact name="Models">{path.models.join(', ') || 'none'}</Fact>
          <Fact name="Added">
            <Ago at={path.created_at} />
          </Fact>
        </dl>
      </Panel>
      <Panel title="Wallet">
        <WalletText wallet={path.wallet} />
        {path.wallet && path.wallet.packs.length > 0 && (
          <Table
            label="Packs"
            columns={[{ title: 'Pack' }, { title: 'Left', right: true }, { title: 'Ends' }]}
          >
            {path.wallet.packs.map((pack) => (
              <tr key={`${pack.name} ${pack.expires_at}`}>
                <td>{pack.name}</td>
                <td className="text-right">
                  {walletAmount(pack.remaining)} of {walletAmount(pack.total)}
                </td>
                <td>{pack.expires_at ? <Ago at={pack.expires_at} /> : 'never'}</td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
    </div>
  );
}

function CredentialText({ credential: { version, since, earlier } }: Pick<Path, 'credential'>) {
  return (
    <>
      Number {version}, since <Ago at={since} />
      {earlier.map((one) => (
        <span key={one.version} className="block">
          Number {one.version} is kept for attempts under way ({one.attempts})
          {one.refused_at && ', refused by the vendor: the present one asks'}
        </span>
      ))}
    </>
  );
}
