/** Candidates by checks. Each cell says what is known in few words, how sure that is, and opens all that there is. */
import { type Candidate, type Check, type Comparison, cellOf } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Amount } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Grade } from '../../ui/grade.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Tone } from '../../ui/tone.tsx';
import { Dossier } from '../paths/dossier.tsx';

export function Matrix({ comparison }: { comparison: Comparison }) {
  const { candidates, checks, stale_after_days: days } = comparison;
  const five = checks.filter(({ check }) => check !== 'price');
  const [opened, setOpened] = useState<Candidate | null>(null);
  return (
    <Panel title="Checks" flush aside={<span className="text-ink-3">stale after {days} days</span>}>
      <Table
        label="Candidates by checks"
        columns={[
          { title: 'Path' },
          { title: 'This mix', right: true },
          ...five.map(({ check, number, title }) => ({
            title: (
              <span title={title}>
                {number}. {SHORT[check]}
              </span>
            ),
          })),
        ]}
      >
        {candidates.map((candidate) => (
          <tr key={candidate.name} className="align-top">
            <td className="min-w-36">
              <Name candidate={candidate} onOpen={() => setOpened(candidate)} />
            </td>
            <td className="min-w-32 text-right">
              <Price candidate={candidate} />
            </td>
            {five.map(({ check }) => {
              const { text, grade, reviewedOn, stale } = cellOf(candidate, check);
              return (
                <td key={check} className="min-w-36">
                  <Grade grade={grade} date={reviewedOn ?? undefined} stale={stale} word />
                  <span className="block text-[0.93rem] text-ink-2 [overflow-wrap:anywhere]">{text}</span>
                </td>
              );
            })}
          </tr>
        ))}
      </Table>
      <Dialog
        open={opened !== null}
        onClose={() => setOpened(null)}
        title={opened === null ? '' : `What is known of ${opened.name}`}
        wide
      >
        {opened && <Dossier name={opened.name} />}
      </Dialog>
    </Panel>
  );
}

/** A word each, where the whole title is wider than what stands below it. */
const SHORT: Record<Check, string> = {
  balance: 'Balance',
  throughput: 'Throughput',
  integration: 'Integration',
  async: 'Async tasks',
  retention: 'Retention',
  price: 'Price',
};

function Name({ candidate, onOpen }: { candidate: Candidate; onOpen: () => void }) {
  const { name, kind, rank, provider_name: vendor, sandbox, concerns } = candidate;
  return (
    <>
      {kind === 'path' ? (
        <Link to="/paths/$name" params={{ name }} className="font-medium text-accent underline">
          {name}
        </Link>
      ) : (
        <span className="font-medium">{name}</span>
      )}
      <span className="block text-[0.93rem] text-ink-3">
        {kind === 'path' ? vendor : `${vendor}, no path yet`}
        {sandbox && ', sandbox'}
      </span>
      {rank === 1 && <Tone tone="ok">recommended</Tone>}
      {rank === null && <Tone tone="off">cannot carry it</Tone>}
      <Button small kind="quiet" className="-ml-2.5 print:hidden" onClick={onOpen}>
        All that is known<span className="sr-only"> of {name}</span>
      </Button>
      {concerns.length > 0 && (
        <details className="text-[0.93rem] text-ink-2">
          <summary className="rounded-sm py-1">
            {concerns.length === 1 ? 'One concern' : `${concerns.length} concerns`}
            <span className="sr-only"> about {name}</span>
          </summary>
          <ul className="mt-1 grid gap-1">
            {concerns.map((concern) => (
              <li key={concern}>{concern}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Price({ candidate: { price } }: { candidate: Candidate }) {
  const missing = price.lines.find(({ why_not: why }) => why !== null)?.why_not;
  return (
    <>
      {price.total === null ? (
        <span className="text-ink-3">not all of it</span>
      ) : (
        <Amount amount={price.total} currency="USD" className="font-semibold" />
      )}
      <span className="ml-1.5">
        <Grade
          grade={price.grade}
          source={price.sheet ?? undefined}
          date={price.sheet_date ?? undefined}
          stale={price.sheet_stale}
        />
      </span>
      <span className="block text-[0.93rem] text-ink-3">
        {price.total === null ? missing : price.per_second && <PerSecond amount={price.per_second} />}
      </span>
      {price.delivered_per_second && (
        <span className="block text-[0.93rem] text-ink-3">
          delivered: <PerSecond amount={price.delivered_per_second} />
        </span>
      )}
    </>
  );
}

function PerSecond({ amount }: { amount: string }) {
  return (
    <>
      <Amount amount={amount} currency="USD" /> / s
    </>
  );
}
