/**
 * The task list as it is read, page by page, and kept up by events: tasks that are shown change where they
 * stand, new ones wait behind a button until somebody wants them, so that nothing moves under a pointer.
 */
import type { ListTasksQuery, Page, StreamedEvent, Task } from '@sluice/sdk';
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { sluice } from './client.ts';
import { useEvents } from './live.ts';

/** What a row shows. A task is ten times as big, and lists are long. */
export type TaskLine = Pick<
  Task,
  | 'id'
  | 'model'
  | 'mode'
  | 'stage'
  | 'status'
  | 'version'
  | 'progress'
  | 'sandbox'
  | 'prompt'
  | 'path'
  | 'created_at'
  | 'started_at'
  | 'finished_at'
  | 'charge'
  | 'held'
> & { poster: string | null; clip: string | null; seconds: number | null; position: number | null };

type Lines = Page<TaskLine> & { searched_back_to?: string | undefined };

const PAGE = 100;
/** More changed tasks than these at once are cheaper to read as a page. */
const ONE_BY_ONE_MOST = 25;

export function lineOf(task: Task): TaskLine {
  const { id, model, mode, stage, status, version, progress, sandbox, path } = task;
  const { created_at, started_at, finished_at, charge, held } = task;
  return {
    ...{ id, model, mode, stage, status, version, progress, sandbox, path },
    ...{ created_at, started_at, finished_at, charge, held },
    prompt: task.prompt.slice(0, 200),
    poster: task.assets.find((asset) => asset.kind === 'poster')?.url ?? null,
    clip: task.assets.find((asset) => asset.kind === 'video')?.url ?? null,
    seconds: task.task_info.video_duration ?? task.duration,
    position: task.wait?.position ?? null,
  };
}

export function useTasksFeed(filter: Omit<ListTasksQuery, 'limit' | 'cursor'>) {
  const queries = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const queryKey = useMemo(() => ['tasks', 'feed', filter] as const, [filter]);
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: async ({ signal, pageParam }): Promise<Lines> => {
      const page = await sluice.tasks.list({ ...filter, limit: PAGE, cursor: pageParam }, { signal });
      return { ...page, data: page.data.map(lineOf) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    // Events keep it up; reading a thousand rows again because a window was looked at would not.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const shown = useMemo(() => new Set(rows.map(({ id }) => id)), [rows]);

  useEvents((events) => {
    const created = events.filter((event) => event.type === 'task.created' && fits(event, filter));
    const unseen = created.map(({ data }) => String(data.id)).filter((id) => !shown.has(id));
    if (unseen.length > 0) setFresh((before) => new Set([...before, ...unseen]));
    const touched = new Set(events.map(({ data }) => String(data.id)).filter((id) => shown.has(id)));
    void readAgain([...touched], filter).then((tasks) => {
      queries.setQueryData<InfiniteData<Lines>>(queryKey, (before) => patched(before, tasks));
    });
  });

  /** From the top, with what has come since. */
  const showFresh = async (): Promise<void> => {
    queries.setQueryData<InfiniteData<Lines>>(queryKey, (before) => firstPage(before));
    await pages.refetch();
    setFresh(new Set());
  };
  // Of a search: how far back it looked, where it stopped before the oldest task.
  const lookedBackTo = pages.data?.pages.at(-1)?.searched_back_to ?? null;
  return { ...pages, rows, fresh: fresh.size, showFresh, lookedBackTo };
}

async function readAgain(ids: string[], filter: ListTasksQuery): Promise<Map<string, TaskLine>> {
  if (ids.length === 0) return new Map();
  const tasks =
    ids.length > ONE_BY_ONE_MOST
      ? (await sluice.tasks.list({ ...filter, limit: 200 })).data
      : await Promise.all(ids.map((id) => sluice.tasks.get(id)));
  return new Map(tasks.map((task) => [task.id, lineOf(task)]));
}

/** A row never goes back to an older version, whichever answer comes last. */
function patched(before: InfiniteData<Lines> | undefined, tasks: ReadonlyMap<string, TaskLine>) {
  if (before === undefined || tasks.size === 0) return before;
  const newer = (line: TaskLine): TaskLine => {
    const now = tasks.get(line.id);
    return now !== undefined && now.version >= line.version ? now : line;
  };
  return { ...before, pages: before.pages.map((page) => ({ ...page, data: page.data.map(newer) })) };
}

function firstPage(before: InfiniteData<Lines> | undefined): InfiniteData<Lines> | undefined {
  return before && { pages: before.pages.slice(0, 1), pageParams: before.pageParams.slice(0, 1) };
}

/** Whether a new task may belong to the list; what the event does not say is taken for yes. */
function fits(event: StreamedEvent, filter: ListTasksQuery): boolean {
  // What is written on a task no event says: whoever searches asks again.
  if (filter.search !== undefined) return false;
  const data: Record<string, unknown> = event.data;
  if (filter.model !== undefined && data.model !== filter.model) return false;
  if (filter.status !== undefined && data.status !== filter.status) return false;
  return filter.stage === undefined || data.stage === filter.stage;
}
