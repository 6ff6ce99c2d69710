/**
 * Lines over time, drawn by uPlot, which is fetched when the first chart is. The picture is for the eye and follows the
 * theme; who does not see it gets the sentence and the table.
 */
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { AsTable } from './as-table.tsx';
import { countText } from './locale.ts';
import { Table } from './table.tsx';

export type Line = {
  name: string;
  values: readonly (number | null)[];
  /** A variable of the tokens, the same for the same thing on all pages. */
  tint: `--${string}`;
  dashed?: boolean;
  filled?: boolean;
  /** Holds from each place to the next. */
  stepped?: boolean;
};

export type LinesProps = {
  /** What the picture shows, in a sentence. */
  label: string;
  /** Where each value stands. */
  at: readonly number[];
  /** How a place is written, under the picture and in the table. */
  atText: (at: number) => string;
  valueText?: (value: number) => string;
  /** How far apart the places may be that are written under the picture. */
  atSteps?: number[] | undefined;
  lines: readonly Line[];
  height?: number;
};

const ROWS_MOST = 200;
/** What is drawn is counted, and nobody counts halves. */
const WHOLE_STEPS = Array.from({ length: 10 }, (_, zeros) =>
  [1, 2, 5].map((step) => step * 10 ** zeros),
).flat();

export function Lines(props: LinesProps) {
  const { label, at, atText, lines, valueText = countText } = props;
  const [asTable, setAsTable] = useState(false);
  const step = Math.max(1, Math.ceil(at.length / ROWS_MOST));
  return (
    <figure>
      <figcaption className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <ul className="flex flex-wrap gap-x-4 text-[0.93rem] text-ink-2" aria-hidden="true">
          {lines.map(({ name, tint, dashed }) => (
            <li key={name} className="flex items-center gap-1.5">
              <i
                className="inline-block w-4 border-t-2"
                style={{ borderColor: `var(${tint})`, borderStyle: dashed ? 'dashed' : 'solid' }}
              />
              {name}
            </li>
          ))}
        </ul>
        <AsTable on={asTable} onChange={setAsTable} />
      </figcaption>
      {asTable ? (
        <Table
          label={label}
          className="max-h-80 overflow-y-auto rounded-md border"
          columns={[{ title: 'When' }, ...lines.map(({ name }) => ({ title: name, right: true }))]}
        >
          {at
            .map((each, index) => ({ each, index }))
            .filter(({ index }) => index % step === 0)
            .map(({ each, index }) => (
              <tr key={each}>
                <td className="whitespace-nowrap">{atText(each)}</td>
                {lines.map(({ name, values }) => (
                  <td key={name} className="text-right">
                    {values[index] == null ? '–' : valueText(values[index])}
                  </td>
                ))}
              </tr>
            ))}
        </Table>
      ) : (
        <Picture {...props} />
      )}
    </figure>
  );
}

function Picture({ label, at, atText, atSteps, lines, height = 190 }: LinesProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    let stop = (): void => {};
    let gone = false;
    void import('uplot').then(({ default: Plot }) => {
      if (!gone) stop = draw(Plot, box, { at, atText, atSteps, lines, height });
    });
    return () => {
      gone = true;
      stop();
    };
  }, [at, atText, atSteps, lines, height]);
  return (
    <div
      ref={place}
      role="img"
      aria-label={label}
      className="w-full [contain:inline-size]"
      style={{ minHeight: height }}
    />
  );
}

type Drawn = Pick<LinesProps, 'at' | 'atText' | 'atSteps' | 'lines'> & { height: number };
type PlotClass = typeof uPlot;

/** Drawn again when the place or the theme changes: a canvas knows no variables of the style sheet. */
function draw(Plot: PlotClass, box: HTMLElement, { at, atText, atSteps, lines, height }: Drawn): () => void {
  const data: uPlot.AlignedData = [[...at], ...lines.map(({ values }) => [...values])];
  let plot: uPlot | null = null;
  const again = (): void => {
    plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const tint = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: tint('--ink-3'),
      grid: { stroke: tint('--line'), width: 1 },
      ticks: { show: false },
    };
    plot = new Plot(
      {
        width: Math.max(160, box.clientWidth),
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.08)] } },
        axes: [
          {
            ...axis,
            values: (_plot, splits) => splits.map(atText),
            space: 70,
            size: 30,
            ...(atSteps && { incrs: atSteps }),
          },
          { ...axis, size: 44, incrs: WHOLE_STEPS },
        ],
        series: [
          {},
          ...lines.map(({ name, tint: of, dashed, filled, stepped }) => ({
            label: name,
            stroke: tint(of),
            width: 1.75,
            points: { show: at.length < 3 },
            ...(dashed && { dash: [5, 4] }),
            ...(stepped && Plot.paths.stepped && { paths: Plot.paths.stepped({ align: 1 }) }),
            ...(filled && { fill: `color-mix(in oklch, ${tint(of)} 16%, transparent)` }),
          })),
        ],
      },
      data,
      box,
    );
  };
  again();
  const sized = new ResizeObserver(() => plot?.setSize({ width: Math.max(160, box.clientWidth), height }));
  sized.observe(box);
  const themed = new MutationObserver(again);
  themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', again);
  return () => {
    sized.disconnect();
    themed.disconnect();
    dark.removeEventListener('change', again);
    plot?.destroy();
  };
}
