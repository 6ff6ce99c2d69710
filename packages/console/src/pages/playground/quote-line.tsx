/** What the order would cost, which path it would take and why, and when it would be there. */
import { isSluiceError, type Quote } from '@sluice/sdk';
import { moneyText } from '../../ui/amount.tsx';
import { cx } from '../../ui/class.ts';
import { useNow } from '../../ui/clock.ts';
import { spanText } from '../../ui/time.tsx';
import type { QuoteResult } from './quotes.ts';

type QuoteLineProps = { quote: QuoteResult | undefined; missing: string | null; name: string | null };

export function QuoteLine({ quote, missing, name }: QuoteLineProps) {
  return (
    <div className="min-h-11 text-[0.96rem]">
      {name !== null && <p className="font-medium">{name}</p>}
      {missing !== null ? <p className="text-ink-3">{missing}</p> : <Said quote={quote} />}
    </div>
  );
}

function Said({ quote }: Pick<QuoteLineProps, 'quote'>) {
  if (quote?.isError) {
    const known = isSluiceError(quote.error) ? quote.error : null;
    return (
      <p className="text-bad">
        {known?.message ?? 'There is no quote.'} <span className="text-ink-2">{known?.fix}</span>
      </p>
    );
  }
  if (!quote?.data) return <p className="text-ink-3">Asking for the price…</p>;
  return <Terms quote={quote.data} old={quote.isFetching} />;
}

function Terms({ quote, old }: { quote: Quote; old: boolean }) {
  const nowMs = useNow();
  const { price, path, reason, wait, expected_render_seconds, covered, forecast_record: record } = quote;
  const { minimum, maximum, currency } = price;
  const end = wait.expected_end === null ? null : (Date.parse(wait.expected_end) - nowMs) / 1_000;
  return (
    <div className={cx(old && 'opacity-70')}>
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
      {record !== null && <p className="text-ink-3">{record.sentence}</p>}
      {!covered && <p className="text-bad">The balance does not cover this. Top up first.</p>}
    </div>
  );
}
