/** All tasks: filtered by the address, live, and as long as they come. */
import type { ListTasksQuery } from '@sluice/sdk';
import { useSearch } from '@tanstack/react-router';
import { ArrowUp, Plus } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { useTasksFeed } from '../../api/tasks-feed.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { FirstClip } from '../home/first-clip.tsx';
import { Filters } from './filters.tsx';
import { Rows } from './rows.tsx';
import { SINCE_HOURS, type TasksSearch } from './search.ts';

/** Where it moves nothing: beside the filters, or on narrow screens over the list. */
const FRESH =
  'md:min-h-9 max-md:pointer-events-none max-md:fixed max-md:inset-x-0 max-md:top-16 max-md:z-10 ' +
  'max-md:flex max-md:justify-center max-md:[&>*]:pointer-events-auto max-md:[&>*]:shadow-lift';

export function Tasks() {
  const search = useSearch({ from: '/tasks' });
  const filter = useFilter(search);
  const feed = useTasksFeed(filter);
  const { fetchNextPage, isFetchingNextPage } = feed;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const showFresh = (): void => {
    window.scrollTo({ top: 0 });
    void feed.showFresh();
  };
  return (
    <>
      <PageHead
        title="Tasks"
        aside={
          <ButtonLink to="/playground" kind="primary" icon={<Plus className="size-4" aria-hidden="true" />}>
            New clip
          </ButtonLink>
        }
      />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <Filters search={search} />
        <div role="status" className={FRESH}>
          {feed.fresh > 0 && (
            <Button
              onClick={showFresh}
              icon={<ArrowUp className="size-4" aria-hidden="true" />}
              busy={feed.isRefetching}
            >
              {feed.fresh} new
            </Button>
          )}
        </div>
      </div>
      <List feed={feed} loadMore={loadMore} filtered={Object.keys(search).length > 0} />
    </>
  );
}

type Feed = ReturnType<typeof useTasksFeed>;

function List({ feed, loadMore, filtered }: { feed: Feed; loadMore: () => void; filtered: boolean }) {
  if (feed.isPending) return <SkeletonRows rows={9} className="h-13" />;
  if (feed.isError && feed.rows.length === 0) {
    return <Failure error={feed.error} what="The tasks could not be read." retry={() => feed.refetch()} />;
  }
  if (feed.rows.length === 0) {
    return filtered ? (
      <div className="rounded-lg border bg-surface">
        <Empty title="No task is like that" action={<ButtonLink to="/tasks">Show all tasks</ButtonLink>}>
          Nothing fits these filters. New tasks that do appear here by themselves.
        </Empty>
      </div>
    ) : (
      <FirstClip title="Every clip that is ordered here is listed here" />
    );
  }
  return (
    <div className="rounded-lg border bg-surface">
      <Rows rows={feed.rows} more={feed.hasNextPage} loadMore={loadMore} />
      {feed.isFetchNextPageError && (
        <div className="p-3">
          <Failure
            error={feed.error}
            what="The next tasks could not be read."
            retry={() => feed.fetchNextPage()}
          />
        </div>
      )}
      {feed.isFetchingNextPage && (
        <div className="p-3">
          <SkeletonRows rows={2} className="h-12" />
        </div>
      )}
    </div>
  );
}

function useFilter(search: TasksSearch): Omit<ListTasksQuery, 'limit' | 'cursor'> {
  const { status, stage, model, path, since } = search;
  return useMemo(
    () => ({
      status,
      stage,
      model,
      path,
      created_after:
        since === undefined ? undefined : new Date(Date.now() - SINCE_HOURS[since] * 3_600_000).toISOString(),
    }),
    [status, stage, model, path, since],
  );
}
