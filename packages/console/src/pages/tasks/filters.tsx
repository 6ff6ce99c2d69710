/** The filters above the list; each one is in the address. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { modelsQuery, pathsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import { STAGE_WORDS } from '../../ui/stage.tsx';
import { SINCE_HOURS, type Since, STAGES, type TasksSearch } from './search.ts';

const ANY = '';
const TASK_ID = /^task_[0-9a-f]{32}$/;
const SINCE_WORDS: Record<Since, string> = {
  '1h': 'last hour',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
};

/** Taken when it is entered or left: each search looks through thousands of tasks. The id of one leads to it. */
function Words({ words, onChange }: { words: string; onChange: (words: string) => void }) {
  const navigate = useNavigate();
  const take = (text: string): void => {
    if (text === words) return;
    if (TASK_ID.test(text)) void navigate({ to: '/tasks/$id', params: { id: text } });
    else onChange(text);
  };
  return (
    <div className="relative w-full sm:w-64">
      <Search
        className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-3"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label="Search tasks"
        placeholder="Prompt, metadata, your own id"
        defaultValue={words}
        maxLength={200}
        onBlur={({ currentTarget: { value } }) => take(value.trim())}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && take(currentTarget.value.trim())}
        className={cx(INPUT, 'h-9 pl-8.5')}
      />
    </div>
  );
}

export function Filters({ search }: { search: TasksSearch }) {
  const session = useSession();
  const navigate = useNavigate();
  const models = useQuery(modelsQuery);
  const paths = useQuery({ ...pathsQuery, enabled: session.operator });
  const pathNames = session.operator
    ? (paths.data?.data ?? []).map(({ name }) => name)
    : [...new Set((models.data?.data ?? []).flatMap((model) => model.paths))];
  const choose = (name: keyof TasksSearch) => (value: string) => {
    const { [name]: _, ...rest } = search;
    void navigate({ to: '/tasks', search: value === ANY ? rest : { ...rest, [name]: value }, replace: true });
  };
  const any = (label: string) => ({ value: ANY, label });
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Words key={search.search} words={search.search ?? ''} onChange={choose('search')} />
      <Pick
        label="Stage"
        hideLabel
        value={search.stage ?? ANY}
        options={[any('any stage'), ...STAGES.map((stage) => ({ value: stage, label: STAGE_WORDS[stage] }))]}
        onChange={choose('stage')}
        className="w-40"
      />
      <Pick
        label="Model"
        hideLabel
        value={search.model ?? ANY}
        options={[any('any model'), ...(models.data?.data ?? []).map(({ id }) => ({ value: id, label: id }))]}
        onChange={choose('model')}
        className="w-44"
      />
      <Pick
        label="Path"
        hideLabel
        value={search.path ?? ANY}
        options={[any('any path'), ...pathNames.map((name) => ({ value: name, label: name }))]}
        onChange={choose('path')}
        className="w-36"
      />
      <Pick
        label="Created"
        hideLabel
        value={search.since ?? ANY}
        options={[
          any('any time'),
          ...(Object.keys(SINCE_HOURS) as Since[]).map((since) => ({
            value: since,
            label: SINCE_WORDS[since],
          })),
        ]}
        onChange={choose('since')}
        className="w-36"
      />
      {Object.keys(search).length > 0 && (
        <Button kind="quiet" onClick={() => navigate({ to: '/tasks', search: {}, replace: true })}>
          Clear
        </Button>
      )}
    </div>
  );
}
