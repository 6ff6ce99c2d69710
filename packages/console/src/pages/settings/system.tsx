/** The installation: processes, database, storage, the book, and the quarantine of a restored copy. */
import type { SystemStatus } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { systemQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Fact, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { bytesText } from '../../ui/player.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone } from '../../ui/tone.tsx';

export function SystemPanel() {
  const system = useQuery({ ...systemQuery, refetchInterval: 10_000 });
  return (
    <Panel title="Installation">
      {system.isPending && <SkeletonRows rows={3} />}
      {system.isError && !system.data && (
        <Failure
          error={system.error}
          what="The installation could not be read."
          retry={() => system.refetch()}
        />
      )}
      {system.data && <Facts system={system.data} />}
    </Panel>
  );
}

function Facts({ system }: { system: SystemStatus }) {
  const { storage, database, ledger, nodes } = system;
  return (
    <>
      {system.quarantined && <Quarantine />}
      <dl className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        <Fact name="Version">
          {system.version}, schema {system.schema}
        </Fact>
        <Fact name="Database">
          PostgreSQL {database.version}, {database.kind}
        </Fact>
        <Fact name="Storage">
          {storage.kind}
          {storage.free_bytes !== null && `, ${bytesText(storage.free_bytes)} free`}
          <span className="block text-ink-3">{storage.description}</span>
        </Fact>
        <Fact name="Ledger">
          {ledger.balanced ? <Tone tone="ok">adds up</Tone> : <Tone tone="bad">off by {ledger.drift}</Tone>}
          <span className="block text-ink-3">
            checked <Ago at={ledger.checked_at} />
          </span>
        </Fact>
        <Fact name={nodes.length === 1 ? 'Process' : `${nodes.length} processes`}>
          {nodes.map((node) => (
            <span key={node.id} className="block">
              started <Ago at={node.started_at} />, heard of <Ago at={node.seen_at} />
            </span>
          ))}
        </Fact>
        <Fact name="Tasks">
          {Object.entries(system.tasks)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ') || 'none yet'}
        </Fact>
      </dl>
    </>
  );
}

const WORD = 'confirm';
const NOTE =
  'mb-4 flex flex-wrap items-center justify-between gap-3 rounded-md border border-warn/50 bg-warn-soft p-3';

/** It makes paid orders go out again, so the word has to be typed. */
function Quarantine() {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [word, setWord] = useState('');
  const confirm = useMutation({
    mutationFn: () => sluice.system.confirm(),
    onSuccess: () => {
      toast({ text: 'The quarantine is over: orders go out.', tone: 'ok' });
      void queries.invalidateQueries();
      setOpen(false);
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <div className={NOTE}>
      <p className="text-warn">This is a restored copy. It sends nothing until somebody confirms it.</p>
      <Button onClick={() => setOpen(true)}>End the quarantine</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Is the original stopped for good?">
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate();
          }}
        >
          <p>If it still runs, both copies send the same paid orders.</p>
          <TextField label={`Type ${WORD}`} value={word} onChange={setWord} autoComplete="off" />
          <Button type="submit" kind="danger" disabled={word !== WORD} busy={confirm.isPending}>
            End the quarantine
          </Button>
        </form>
      </Dialog>
    </div>
  );
}
