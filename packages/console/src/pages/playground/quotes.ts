/** Quotes for what is being written, asked when the writing rests for a moment. */
import type { CreateGeneration, Quote } from '@sluice/sdk';
import { keepPreviousData, type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { quoteQuery } from '../../api/queries.ts';

const SETTLE_MS = 350;

export type QuoteResult = UseQueryResult<Quote>;

/** Null where something is still missing. */
export function useQuotes(orders: readonly (CreateGeneration | null)[]): QuoteResult[] {
  const text = JSON.stringify(orders);
  const [asked, setAsked] = useState(orders);
  const rest = useEffectEvent(() => setAsked(orders));
  // The text is what the orders say; the objects are new on each render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the text is what starts the wait anew.
  useEffect(() => {
    const timer = setTimeout(() => rest(), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return useQueries({
    queries: orders.map((order, at) => {
      const rested = asked[at] ?? null;
      return {
        ...quoteQuery(rested ?? { model: '' }),
        enabled: order !== null && rested !== null,
        placeholderData: keepPreviousData,
      };
    }),
  }) as QuoteResult[];
}
