/**
 * What the order would cost, which path it would take and why, and when it would be there; asked again as one
 * writes.
 */
import { type CreateGeneration, isSluiceError } from '@sluice/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { quoteQuery } from '../../api/queries.ts';
import { moneyText } from '../../ui/amount.tsx';
import { cx } from '../../ui/class.ts';
import { useNow } from '../../ui/clock.ts';
import { spanText } from '../../ui/time.tsx';

const SETTLE_MS = 350;

/** Null while something is missing. */
export function useQuote(order: CreateGeneration | null) {
  const [asked, setAsked] = useState(order);
  const text = JSON.stringify(order);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is the order; the object is new on each render.
  useEffect(() => {
    const timer = setTimeout(() => setAsked(order), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return useQuery({
    ...quoteQuery(asked ?? { model: '' }),
    enabled: asked !== null && order !== null,
    placeholderData: keepPreviousData,
  });
}

type QuoteLineProps = { quote: ReturnType<typeof useQuote>; missing: string | null };

export function QuoteLine({ quote, missing }: QuoteLineProps) {
  return (
    <div role="status" className="min-h-11 text-[0.96rem]">
      {missing ? <p className="text-ink-3">{missing} Then you see what it costs.</p> : <Said quote={quote} />}
    </div>
  );
}

function Said({ quote }: { quote: QuoteLineProps['quote'] }) {
  const nowMs = useNow();
  if (quote.isError) {
    const known = isSluiceError(quote.error) ? quote.error : null;
    return (
      <p className="text-bad">
        {known?.message ?? 'No quote.'} <span className="text-ink-2">{known?.fix}</span>
      </p>
    );
  }
  if (!quote.data) return <p className="text-ink-3">Asking for the price…</p>;
  const { price, path, reason, wait, expected_render_seconds, covered } = quote.data;
  const { minimum, maximum, currency } = price;
  const end = wait.expected_end === null ? null : (Date.parse(wait.expected_end) - nowMs) / 1_000;
  return (
    <div className={cx(quote.isFetching && 'opacity-70')}>
      <p>
        <b className="text-[1.14rem] font-semibold tracking-tight">
          {minimum === maximum
            ? moneyText(maximum, currency)
            : `${moneyText(minimum, currency)} – ${moneyText(maximum, currency)}`}
        </b>{' '}
        <span className="text-ink-2">
          over <span className="font-medium text-ink">{path}</span>, ready in about{' '}
          {spanText(end !== null && end > 0 ? end : expected_render_seconds)}
        </span>
      </p>
      <p className="text-ink-3">
        {reason}
        {wait.position > 1 && `, place ${wait.position} in the queue`}; times {wait.basis}
      </p>
      {!covered && <p className="text-bad">The balance does not cover this. Top up first.</p>}
    </div>
  );
}
