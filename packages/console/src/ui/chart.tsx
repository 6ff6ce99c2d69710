/**
 * Bars over time: few, labelled directly, and one click away from the table behind them. The picture is for the eye;
 * who does not see it gets the table.
 */
import { type ReactNode, useState } from 'react';
import { AsTable } from './as-table.tsx';
import { cx } from './class.ts';
import { Table } from './table.tsx';

export type Bar = { label: string; value: number; text: string; second?: { value: number; text: string } };

type ChartProps = {
  label: string;
  bars: readonly Bar[];
  /** What the bars are of, and what the mark across them is of. */
  names: { group: string; value: string; second?: string };
  /** How the height of the picture reads. */
  topText: (top: number) => string;
  aside?: ReactNode;
};

const HEIGHT = 160;

export function Chart({ label, bars, names, topText, aside }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const top = Math.max(0, ...bars.map(({ value, second }) => Math.max(value, second?.value ?? 0)));
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-ink-3">
        <span>{aside}</span>
        <AsTable on={asTable} onChange={setAsTable} />
      </div>
      {!asTable && <Picture bars={bars} top={top} topText={topText} names={names} />}
      <div className={asTable ? 'rounded-md border' : 'sr-only'}>
        <Table
          label={label}
          columns={[
            { title: names.group },
            { title: names.value, right: true },
            ...(names.second ? [{ title: names.second, right: true }] : []),
          ]}
        >
          {bars.map((bar) => (
            <tr key={bar.label}>
              <td>{bar.label}</td>
              <td className="text-right">{bar.text}</td>
              {names.second && <td className="text-right">{bar.second?.text}</td>}
            </tr>
          ))}
        </Table>
      </div>
    </div>
  );
}

type PictureProps = Pick<ChartProps, 'bars' | 'topText' | 'names'> & { top: number };

function Picture({ bars, top, topText, names }: PictureProps) {
  const share = (value: number): string =>
    `${top === 0 ? 0 : Math.max(value > 0 ? 1 : 0, (value / top) * 100)}%`;
  return (
    <div aria-hidden="true">
      <p className="mb-1 flex justify-between text-xs text-ink-3">
        <span>{topText(top)}</span>
        {names.second && (
          <span>
            <i className="mr-1.5 inline-block h-0.5 w-4 bg-warn-fill align-middle" />
            {names.second}
          </span>
        )}
      </p>
      <div className="flex items-end gap-px border-t border-b border-t-line/70" style={{ height: HEIGHT }}>
        {bars.map((bar) => (
          <div
            key={bar.label}
            title={[`${bar.label}: ${bar.text}`, bar.second && `${names.second} ${bar.second.text}`]
              .filter(Boolean)
              .join(', ')}
            className="group relative flex h-full min-w-0 flex-1 items-end hover:bg-sunken"
          >
            <div
              className={cx('w-full rounded-t-[2px] bg-accent/80 group-hover:bg-accent')}
              style={{ height: share(bar.value) }}
            />
            {bar.second && (
              <div
                className="absolute inset-x-0 h-0.5 bg-warn-fill"
                style={{ bottom: share(bar.second.value) }}
              />
            )}
          </div>
        ))}
      </div>
      <p className="mt-1 flex justify-between text-xs text-ink-3">
        <span>{bars[0]?.label}</span>
        <span>{bars.length > 1 ? bars.at(-1)?.label : ''}</span>
      </p>
    </div>
  );
}
