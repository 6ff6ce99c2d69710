/** What of the ledger is shown: the kind, the task, the days, and for operators the account. Each is in the address. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { accountsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import { KINDS, type LedgerSearch } from './search.ts';

const ANY = '';

type Props = {
  search: LedgerSearch;
  /** Nobody chooses an account who works for one already. */
  ofOne: boolean;
};

export function LedgerFilters({ search, ofOne }: Props) {
  const { operator } = useSession();
  const navigate = useNavigate();
  const accounts = useQuery({ ...accountsQuery, enabled: operator && !ofOne });
  const change = (next: LedgerSearch): void =>
    void navigate({ to: '/money', search: next, replace: true, resetScroll: false });
  const choose = (name: keyof LedgerSearch) => (value: string) => {
    const { [name]: _, ...rest } = search;
    change(value === ANY ? rest : { ...rest, [name]: value });
  };
  const kinds = Object.entries(KINDS).filter(([kind]) => operator || kind !== 'cost');
  return (
    <div className="flex flex-wrap items-end gap-2 border-b px-4 py-3">
      <Pick
        label="Kind"
        hideLabel
        value={search.kind ?? ANY}
        options={[{ value: ANY, label: 'every kind' }, ...kinds.map(([value, label]) => ({ value, label }))]}
        onChange={choose('kind')}
        className="w-36"
      />
      {operator && !ofOne && (
        <Pick
          label="Account"
          hideLabel
          value={search.account ?? ANY}
          options={[
            { value: ANY, label: 'every account' },
            ...(accounts.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={choose('account')}
          className="w-44"
        />
      )}
      <Day label="From" value={search.from} most={search.to} onChange={choose('from')} />
      <Day label="To" value={search.to} least={search.from} onChange={choose('to')} />
      <TaskField key={search.task} task={search.task ?? ''} onChange={choose('task')} />
      {Object.keys(search).length > 0 && (
        <Button kind="quiet" onClick={() => change({})}>
          Clear
        </Button>
      )}
    </div>
  );
}

type DayProps = {
  label: string;
  value: string | undefined;
  least?: string | undefined;
  most?: string | undefined;
  onChange: (day: string) => void;
};

function Day({ label, value, least, most, onChange }: DayProps) {
  return (
    <label className="flex items-center gap-1.5 text-ink-2">
      <span className="max-sm:w-9">{label}</span>
      <span className="w-38">
        <input
          type="date"
          value={value ?? ''}
          min={least}
          max={most}
          onChange={(event) => onChange(event.target.value)}
          className={cx(INPUT, 'h-9')}
        />
      </span>
    </label>
  );
}

/** Taken when it is left or entered: half an id finds nothing. */
function TaskField({ task, onChange }: { task: string; onChange: (task: string) => void }) {
  return (
    <div className="w-44">
      <input
        aria-label="Task"
        placeholder="task_…"
        defaultValue={task}
        pattern="\w{1,100}"
        spellCheck={false}
        onBlur={({ currentTarget: { value } }) => value.trim() !== task && onChange(value.trim())}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
        className={cx(INPUT, 'h-9 font-mono')}
      />
    </div>
  );
}
