/** How many tasks may run at once: what the operator set, what was learned, what holds now. */
import type { Path, PathLimit } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { messageOf } from '../../app/key-form.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago, spanText } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';

export function Limits({ path }: { path: Path }) {
  const [changing, setChanging] = useState<PathLimit | null>(null);
  return (
    <Panel title="Limits" flush>
      <Table
        label="Limits by family"
        columns={[
          { title: 'Family' },
          { title: 'Configured', right: true },
          { title: 'Learned', right: true },
          { title: 'Holds now', right: true },
          { title: 'Busy', right: true },
          { title: 'Oldest' },
          { title: 'Refused' },
          ACTIONS,
        ]}
      >
        {path.limits.map((limit) => (
          <tr key={limit.family}>
            <td className="whitespace-nowrap">
              <span className="font-medium">{limit.family}</span>
              <Refused resting={limit.resting} />
            </td>
            <td className="text-right">{limit.configured ?? 'not set'}</td>
            <td className="text-right">{limit.learned ?? 'not yet'}</td>
            <td className="text-right">{limit.effective}</td>
            <td className="text-right">
              {limit.occupied}
              {limit.unknown > 0 && <span className="text-doubt"> ({limit.unknown} unknown)</span>}
            </td>
            <td className="whitespace-nowrap">
              {limit.oldest_seconds === null ? '–' : spanText(limit.oldest_seconds)}
            </td>
            <td className="whitespace-nowrap">
              {limit.refusals === 0 ? 'never' : limit.refusals}
              {limit.last_refusal_at && (
                <>
                  , <Ago at={limit.last_refusal_at} />
                </>
              )}
            </td>
            <td className="text-right">
              <Button small kind="quiet" onClick={() => setChanging(limit)}>
                Change <span className="sr-only">{limit.family}</span>
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      {changing && <Change path={path.name} limit={changing} onClose={() => setChanging(null)} />}
    </Panel>
  );
}

/** Why a model rests while the others of the path work. */
function Refused({ resting }: Pick<PathLimit, 'resting'>) {
  if (resting === null) return null;
  return (
    <span className="block max-w-80 text-xs whitespace-normal text-warn">
      refused by the vendor{resting.detail && `: ${resting.detail}`}
      {resting.until && (
        <>
          ; tried again <Ago at={resting.until} />
        </>
      )}
    </span>
  );
}

function Change({ path, limit, onClose }: { path: string; limit: PathLimit; onClose: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState(limit.configured === null ? '' : String(limit.configured));
  const save = useMutation({
    mutationFn: () =>
      sluice.paths.update(path, { limits: { [limit.family]: text.trim() === '' ? null : Number(text) } }),
    onSuccess: () => {
      toast({ text: 'The limit is set.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['paths'] });
      void queries.invalidateQueries({ queryKey: ['gate'] });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Limit of ${limit.family}`}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label="Tasks at once"
          type="number"
          min={1}
          value={text}
          onChange={setText}
          placeholder="learn it"
          hint="Empty: the limit is learned from what the vendor accepts and refuses."
          error={save.isError ? messageOf(save.error) : null}
        />
        <Button type="submit" kind="primary" busy={save.isPending}>
          Set
        </Button>
      </form>
    </Dialog>
  );
}
