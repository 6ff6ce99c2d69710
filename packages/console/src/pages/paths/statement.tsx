/** Our books against what the vendor states, attempt by attempt. It asks the vendor, so it asks only when told to. */
import type { PathStatement } from '@sluice/sdk';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sluice } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { shortId } from '../../ui/id.tsx';
import { Empty, Failure, Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { Tone } from '../../ui/tone.tsx';

const FINDINGS = {
  equal: { tone: 'ok', word: 'equal' },
  different: { tone: 'bad', word: 'different' },
  not_stated: { tone: 'off', word: 'not stated' },
  not_found: { tone: 'warn', word: 'not found there' },
} as const;

export function StatementPanel({ path }: { path: string }) {
  const compare = useMutation({ mutationFn: () => sluice.paths.statement(path) });
  return (
    <Panel
      title="Their bill against our books"
      aside={
        <Button small busy={compare.isPending} onClick={() => compare.mutate()}>
          Compare the last day
        </Button>
      }
      flush={compare.data !== undefined && compare.data.data.length > 0}
    >
      {compare.isIdle && (
        <p className="text-ink-2">
          Asks the vendor, by its free status query, what each attempt of the last day cost.
        </p>
      )}
      {compare.isError && <Failure error={compare.error} what="The comparison could not be made." />}
      {compare.data && <Shown statement={compare.data} />}
    </Panel>
  );
}

function Shown({ statement }: { statement: PathStatement }) {
  if (statement.data.length === 0)
    return <Empty title="Nothing ended there in the last day">Ask again later.</Empty>;
  return (
    <Table
      label="Statement"
      columns={[
        { title: 'Ended' },
        { title: 'Task' },
        { title: 'Ours', right: true },
        { title: 'Theirs', right: true },
        { title: 'Finding' },
      ]}
    >
      {statement.data.map((line) => (
        <tr key={line.attempt_id}>
          <td className="whitespace-nowrap">
            <Ago at={line.ended_at} />
          </td>
          <td>
            <Link to="/tasks/$id" params={{ id: line.task_id }} className="font-mono text-accent underline">
              {shortId(line.task_id)}
            </Link>
          </td>
          <td className="text-right">
            {line.recorded ?? '–'} {line.unit}
          </td>
          <td className="text-right">
            {line.stated ?? '–'} {line.unit}
          </td>
          <td>
            <Tone tone={FINDINGS[line.finding].tone}>{FINDINGS[line.finding].word}</Tone>
          </td>
        </tr>
      ))}
    </Table>
  );
}
