/** All tasks: filtered by the address, live, and as long as they come. */
import type { ListTasksQuery } from '@sluice/sdk';
import { useSearch } from '@tanstack/react-router';
import { ArrowUp, Download, Plus } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { actingAccount } from '../../api/acting.ts';
import { useTasksFeed } from '../../api/tasks-feed.ts';
import { Button, ButtonLink, buttonClass } from '../../ui/button.tsx';
import { Empty, Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { FirstClip } from '../home/first-clip.tsx';
import { Filters } from './filters.tsx';
import { KeptFilters } from './kept-filters.tsx';
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
          <>
            <a href={exportAddress(filter)} download className={buttonClass('outline')}>
              <Download className="size-4" aria-hidden="true" />
              CSV
            </a>
            <ButtonLink to="/playground" kind="primary" icon={<Plus className="size-4" aria-hidden="true" />}>
              New clip
            </ButtonLink>
          </>
        }
      />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <div className="grid gap-2">
          <Filters search={search} />
          <KeptFilters search={search} />
        </div>
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

/** As it is listed, of the account that an operator works for: a link carries no header. */
function exportAddress(filter: Omit<ListTasksQuery, 'limit' | 'cursor'>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, account: actingAccount()['sluice-account'] })) {
    if (value !== undefined) asked.set(name, value);
  }
  return `/v1/tasks/export?${asked}`;
}

type Feed = ReturnType<typeof useTasksFeed>;

function List({ feed, loadMore, filtered }: { feed: Feed; loadMore: () => void; filtered: boolean }) {
  if (feed.isPending) return <SkeletonRows rows={9} className="h-13" />;
  if (feed.isError && feed.rows.length === 0) {
    return <Failure error={feed.error} what="The tasks could not be read." retry={() => feed.refetch()} />;
  }
  if (feed.rows.length === 0 && feed.lookedBackTo !== null) {
    return (
      <div className="rounded-lg border bg-surface">
        <FurtherBack feed={feed} loadMore={loadMore} />
      </div>
    );
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
      <Rows rows={feed.rows} more={feed.hasNextPage && feed.lookedBackTo === null} loadMore={loadMore} />
      <FurtherBack feed={feed} loadMore={loadMore} />
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

/** A search looks through so many tasks at a time, and says how far it came. */
function FurtherBack({ feed, loadMore }: { feed: Feed; loadMore: () => void }) {
  if (feed.lookedBackTo === null) return null;
  return (
    <div role="status" className="flex flex-wrap items-center justify-center gap-3 p-3 text-ink-2">
      {feed.rows.length === 0 ? 'Nothing like that' : 'Nothing more like that'} back to{' '}
      {exactTime(feed.lookedBackTo)}.
      <Button small busy={feed.isFetchingNextPage} onClick={loadMore}>
        Look further back
      </Button>
    </div>
  );
}

function useFilter(search: TasksSearch): Omit<ListTasksQuery, 'limit' | 'cursor'> {
  const { status, stage, model, path, search: words, since } = search;
  return useMemo(
    () => ({
      status,
      stage,
      model,
      path,
      search: words,
      created_after:
        since === undefined ? undefined : new Date(Date.now() - SINCE_HOURS[since] * 3_600_000).toISOString(),
    }),
    [status, stage, model, path, words, since],
  );
}
