/** What pages ask the gateway, each under one name, so that an event or another page refreshes the same thing. */
import type { CreateGeneration, ListTasksQuery } from '@sluice/sdk';
import { infiniteQueryOptions, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { sluice } from './client.ts';
import { isSignedOut, sayExpired } from './expiry.ts';
import { inOrder } from './model-order.ts';

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (isSignedOut(error)) sayExpired();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // A refusal is an answer; only a broken line is worth asking again.
      retry: (failures, error) => failures < 2 && (!('retryable' in error) || error.retryable === true),
    },
  },
});

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }) => {
    const page = await sluice.models.list({ signal });
    return { ...page, data: inOrder(page.data) };
  },
  staleTime: 60_000,
});

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ['models', id],
    queryFn: ({ signal }) => sluice.models.get(id, { signal }),
    staleTime: 60_000,
  });

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: ({ signal }) => sluice.balance.get({ signal }),
});

export const pathsQuery = queryOptions({
  queryKey: ['paths'],
  queryFn: ({ signal }) => sluice.paths.list({ signal }),
});

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => sluice.accounts.list({}, { signal }),
  staleTime: 30_000,
});

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => sluice.system.get({ signal }),
});

export const unknownQuery = queryOptions({
  queryKey: ['attempts', 'unknown'],
  queryFn: ({ signal }) => sluice.attempts.unknown({ signal }),
});

export const taskQuery = (id: string) =>
  queryOptions({ queryKey: ['task', id], queryFn: ({ signal }) => sluice.tasks.get(id, { signal }) });

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => sluice.tasks.timeline(id, { signal }),
  });

export const tasksQuery = (query: ListTasksQuery) =>
  queryOptions({
    queryKey: ['tasks', 'page', query],
    queryFn: ({ signal }) => sluice.tasks.list(query, { signal }),
  });

export const tasksPagesQuery = (query: ListTasksQuery) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'pages', query],
    queryFn: ({ signal, pageParam }) => sluice.tasks.list({ ...query, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const quoteQuery = (order: CreateGeneration) =>
  queryOptions({
    queryKey: ['quote', order],
    queryFn: ({ signal }) => sluice.quotes.create(order, { signal }),
    staleTime: 10_000,
    retry: false,
  });

/** Enough that most models that are used at all are among them. */
export const newestClipsQuery = queryOptions({
  queryKey: ['recent', 'newest'],
  queryFn: ({ signal }) => sluice.tasks.list({ stage: 'succeeded', limit: 24 }, { signal }),
  staleTime: 60_000,
});

/** The newest finished clip of one model. */
export const sampleQuery = (model: string) =>
  queryOptions({
    queryKey: ['recent', 'sample', model],
    queryFn: async ({ signal }) =>
      (await sluice.tasks.list({ model, stage: 'succeeded', limit: 1 }, { signal })).data[0] ?? null,
    staleTime: 60_000,
  });

export const gateQuery = queryOptions({
  queryKey: ['gate'],
  queryFn: ({ signal }) => sluice.gate.get({ signal }),
  staleTime: 1_000,
});

export const recentQuery = queryOptions({
  queryKey: ['recent', 'clips'],
  queryFn: ({ signal }) => sluice.tasks.list({ stage: 'succeeded', limit: 12 }, { signal }),
});

/** What went on in the last hours, measured here. */
export const activityQuery = (hours: number) =>
  queryOptions({
    queryKey: ['activity', hours],
    queryFn: ({ signal }) => sluice.activity.get({ hours }, { signal }),
    staleTime: 10_000,
  });

export const alertsQuery = queryOptions({
  queryKey: ['alerts'],
  queryFn: ({ signal }) => sluice.alerts.list({}, { signal }),
});

export const alertSettingsQuery = queryOptions({
  queryKey: ['alert-settings'],
  queryFn: ({ signal }) => sluice.alerts.settings({ signal }),
});

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** By day, in the days of whoever looks. */
export const spendByDayQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['spend', 'day', from, to],
    queryFn: ({ signal }) => sluice.spend.get({ by: 'day', from, to, zone }, { signal }),
    staleTime: 10_000,
  });

export const promptsQuery = queryOptions({
  queryKey: ['prompts'],
  queryFn: ({ signal }) => sluice.prompts.list({ signal }),
  staleTime: 60_000,
});

export const orderQuery = (taskId: string) =>
  queryOptions({
    queryKey: ['order', taskId],
    queryFn: ({ signal }) => sluice.tasks.order(taskId, { signal }),
    // What was ordered never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** While it is simulated, its progress is shown. */
const PROGRESS_MS = 700;

export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['plans', id],
    queryFn: ({ signal }) => sluice.plans.get(id, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.status === 'waiting' || state.data?.status === 'running' ? PROGRESS_MS : false,
  });
