/** The filters above the list; each one is in the address. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { modelsQuery, pathsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { STAGE_WORDS } from '../../ui/stage.tsx';
import { SINCE_HOURS, type Since, STAGES, type TasksSearch } from './search.ts';

const ANY = '';
const SINCE_WORDS: Record<Since, string> = {
  '1h': 'last hour',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
};

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
      <Pick
        label="Stage"
        hideLabel
        value={search.stage ?? ANY}
        options={[any('any stage'), ...STAGES.map((stage) => ({ value: stage, label: STAGE_WORDS[stage] }))]}
        onChange={choose('stage')}
        className="w-36"
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
