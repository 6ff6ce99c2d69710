/** Search and commands: pages, models, the tasks of late, any task by its id. */
import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider, Dialog } from '@ariakit/react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { modelsQuery, tasksQuery } from '../api/queries.ts';
import { StageChip } from '../ui/stage.tsx';
import { PAGES } from './pages.ts';
import { useSession } from './session-context.ts';

type Entry = { key: string; group: string; text: string; words: string; aside?: ReactNode; go: () => void };

const SHOWN_MOST = 9;
const ITEM =
  'flex items-center gap-3 rounded-md px-3 py-2 outline-none cursor-pointer data-[active-item]:bg-accent-soft';

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      unmountOnHide
      backdrop={<div className="bg-shade" />}
      aria-label="Search"
      className={
        'fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-lg border bg-surface shadow-lift ' +
        'animate-[appear_0.12s_ease-out]'
      }
    >
      <Finder onClose={onClose} />
    </Dialog>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const entries = useEntries(onClose);
  const found = entries.filter((entry) => matches(entry, wanted)).slice(0, SHOWN_MOST);
  const byId = useTaskById(text.trim(), onClose);
  const all = byId === null ? found : [byId, ...found.filter(({ key }) => key !== byId.key)];
  return (
    <ComboboxProvider setValue={setText} open>
      <Combobox
        autoFocus
        autoSelect="always"
        aria-label="Search or jump to"
        placeholder="A page, a model, a task id…"
        className="h-12 w-full border-b bg-transparent px-4 text-[1.07rem] outline-none"
      />
      <ComboboxList alwaysVisible className="max-h-[50vh] overflow-y-auto p-1.5">
        {all.map((entry) => (
          <ComboboxItem
            key={entry.key}
            value={entry.key}
            setValueOnClick={false}
            className={ITEM}
            onClick={entry.go}
          >
            <span className="w-18 shrink-0 text-[0.93rem] text-ink-3">{entry.group}</span>
            <span className="min-w-0 flex-1 truncate">
              <bdi>{entry.text}</bdi>
            </span>
            {entry.aside}
          </ComboboxItem>
        ))}
        {all.length === 0 && <p className="px-3 py-4 text-ink-2">Nothing is called that.</p>}
      </ComboboxList>
    </ComboboxProvider>
  );
}

function matches({ text, words }: Entry, wanted: string): boolean {
  const all = `${text} ${words}`.toLowerCase();
  return wanted.split(/\s+/).every((part) => all.includes(part));
}

function useEntries(onClose: () => void): Entry[] {
  const session = useSession();
  const navigate = useNavigate();
  const models = useQuery(modelsQuery);
  const tasks = useQuery(tasksQuery({ limit: 30 }));
  const then = (run: () => unknown) => () => {
    onClose();
    void run();
  };
  return [
    ...PAGES.filter((page) => page.for?.(session) ?? true).map(({ path, label, words }) => ({
      key: path,
      group: 'Page',
      text: label,
      words,
      go: then(() => navigate({ to: path })),
    })),
    ...(models.data?.data ?? []).map(({ id, name, description }) => ({
      key: `model ${id}`,
      group: 'Model',
      text: name,
      words: `${id} ${description}`,
      go: then(() => navigate({ to: '/models/$id', params: { id } })),
    })),
    ...(tasks.data?.data ?? []).map(({ id, prompt, model, stage }) => ({
      key: id,
      group: 'Task',
      text: prompt || model,
      words: `${id} ${model}`,
      aside: <StageChip stage={stage} />,
      go: then(() => navigate({ to: '/tasks/$id', params: { id } })),
    })),
  ];
}

function useTaskById(text: string, onClose: () => void): Entry | null {
  const navigate = useNavigate();
  if (!/^task_[0-9a-z-]{8,}$/i.test(text)) return null;
  return {
    key: text,
    group: 'Task',
    text,
    words: '',
    go: () => {
      onClose();
      void navigate({ to: '/tasks/$id', params: { id: text } });
    },
  };
}
