/** What the pages about money, people and access ask, each under one name. */
import type { DeliveriesQuery, ListLedgerQuery, SpendQuery, StatementMonthQuery } from '@sluice/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { sluice } from './client.ts';

/** The viewer's own, so that a day is their day. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export const spendQuery = (query: SpendQuery) =>
  queryOptions({
    queryKey: ['spend', query],
    queryFn: ({ signal }) => sluice.spend.get({ zone: ZONE, ...query }, { signal }),
    staleTime: 15_000,
  });

export const statementQuery = (query: StatementMonthQuery) =>
  queryOptions({
    queryKey: ['spend', 'statement', query],
    queryFn: ({ signal }) => sluice.spend.statement({ zone: ZONE, ...query }, { signal }),
  });

export const ledgerQuery = (query: ListLedgerQuery) =>
  infiniteQueryOptions({
    queryKey: ['spend', 'ledger', query],
    queryFn: ({ signal, pageParam }) => sluice.ledger.list({ ...query, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ['accounts', id],
    queryFn: ({ signal }) => sluice.accounts.get(id, { signal }),
  });

export const checkoutTermsQuery = queryOptions({
  queryKey: ['checkouts', 'terms'],
  queryFn: ({ signal }) => sluice.checkouts.terms({ signal }),
  staleTime: 600_000,
});

export const checkoutsQuery = queryOptions({
  queryKey: ['checkouts'],
  queryFn: ({ signal }) => sluice.checkouts.list({ limit: 50 }, { signal }),
});

/** Looked at until it is over: the gateway asks Stripe meanwhile. */
export const checkoutQuery = (id: string) =>
  queryOptions({
    queryKey: ['checkouts', id],
    queryFn: ({ signal }) => sluice.checkouts.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'pending' ? false : 3_000),
  });

export const keysQuery = (account: string | null) =>
  queryOptions({
    queryKey: ['keys', account],
    queryFn: ({ signal }) =>
      sluice.keys.list({ limit: 200, ...(account === null ? {} : { account }) }, { signal }),
  });

export const endpointsQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: ({ signal }) => sluice.webhooks.list({ limit: 200 }, { signal }),
});

/** Where alerts are told: of the operators, or of an account. */
export const placesQuery = (operators: boolean) =>
  queryOptions({
    queryKey: ['webhooks', 'places', operators],
    queryFn: async ({ signal }) => {
      const query = { limit: 200, ...(operators ? { of: 'installation' as const } : {}) };
      const { data } = await sluice.webhooks.list(query, { signal });
      return data.filter(({ types }) => types.includes('alert.raised') || types.includes('alert.cleared'));
    },
  });

/** Null: nothing was delivered there yet. */
export const lastDeliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', id, 'last'],
    queryFn: async ({ signal }) =>
      (await sluice.webhooks.deliveries(id, { limit: 1 }, { signal })).data[0] ?? null,
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' ? 2_000 : 30_000),
  });

export const endpointQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', id],
    queryFn: ({ signal }) => sluice.webhooks.get(id, { signal }),
  });

export type DeliveryFilter = Pick<DeliveriesQuery, 'state' | 'event_type'>;

export const deliveriesQuery = (id: string, filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', id, 'deliveries', filter],
    queryFn: ({ signal, pageParam }) =>
      sluice.webhooks.deliveries(id, { ...filter, limit: 50, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** Enough to say how an endpoint is doing. */
export const lastDeliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', id, 'deliveries', 'last'],
    queryFn: ({ signal }) => sluice.webhooks.deliveries(id, { limit: 100 }, { signal }),
  });

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: ({ signal }) => sluice.members.list({ signal }),
});

export const pathQuery = (name: string) =>
  queryOptions({
    queryKey: ['paths', name],
    queryFn: ({ signal }) => sluice.paths.get(name, { signal }),
  });

/** Under the path's name: what refreshes the path refreshes them. */
export const verificationsQuery = (name: string) =>
  queryOptions({
    queryKey: ['paths', name, 'verifications'],
    queryFn: ({ signal }) => sluice.verifications.list(name, { limit: 10 }, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.data.some((each) => each.state === 'running' || each.state === 'stopping') ? 2_000 : false,
  });

export const pricesQuery = queryOptions({
  queryKey: ['prices'],
  queryFn: ({ signal }) => sluice.prices.list({ signal }),
  staleTime: 60_000,
});

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) => sluice.paths.providers({ signal }),
  staleTime: 600_000,
});
