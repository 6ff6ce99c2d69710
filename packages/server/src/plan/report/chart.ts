/** Charts as inline SVG: lines over time, bars with their intervals. Colours come from the page: both themes fit. */
import { escaped } from './text.ts';

export type Line = { name: string; values: readonly number[]; tone: 'first' | 'second' | 'third' };

const WIDTH = 860;
const HEIGHT = 220;
const LEFT = 56;
const BOTTOM = 26;
const TOP = 12;
const RIGHT = 12;
const TICKS = 4;

export type TimeAxis = { stepSeconds: number; weekly: boolean };

/** Lines over one time axis, with a legend; the largest value of all sets the scale. */
export function lineChart(title: string, unit: string, lines: readonly Line[], axis: TimeAxis): string {
  const most = niceMost(Math.max(1e-9, ...lines.flatMap(({ values }) => [...values])));
  const count = Math.max(1, ...lines.map(({ values }) => values.length));
  const x = (step: number) => LEFT + (step / Math.max(1, count - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const grid = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const value = (most * tick) / TICKS;
    return (
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${brief(value)}</text>`
    );
  }).join('');
  const paths = lines.map(({ values, tone }) => {
    const points = [...values].map((value, step) => `${at(x(step))},${at(y(value))}`).join(' ');
    return `<polyline class="line ${tone}" points="${points}"/>`;
  });
  const legend = lines
    .map(({ name, tone }) => `<span class="key"><i class="${tone}"></i>${escaped(name)}</span>`)
    .join('');
  return (
    `<figure><figcaption>${escaped(title)} <span class="unit">${escaped(unit)}</span></figcaption>` +
    `<div class="legend">${legend}</div>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${grid}` +
    `${timeTicks(count, axis, x)}${paths.join('')}</svg></figure>`
  );
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function timeTicks(count: number, { stepSeconds, weekly }: TimeAxis, x: (step: number) => number): string {
  const totalSeconds = count * stepSeconds;
  const everySeconds = [600, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 7 * 86_400].find(
    (seconds) => totalSeconds / seconds <= 9,
  );
  const every = everySeconds ?? 7 * 86_400;
  let ticks = '';
  for (let second = 0; second < totalSeconds; second += every) {
    const place = at(x(second / stepSeconds));
    const word = when(second, every, weekly);
    ticks += `<text class="tick" x="${place}" y="${HEIGHT - 8}" text-anchor="middle">${word}</text>`;
  }
  return ticks;
}

function when(second: number, every: number, weekly: boolean): string {
  if (weekly && every >= 86_400) return DAYS[Math.floor(second / 86_400) % 7] ?? '';
  if (second === 0) return '0';
  return every >= 3_600 ? `${Math.round(second / 3_600)} h` : `${Math.round(second / 60)} min`;
}

export type Bar = {
  name: string;
  value: number;
  low: number;
  high: number;
  tone: 'first' | 'second' | 'third';
};

const BAR = 22;
const LABEL = 230;

/** One bar for each, with the interval over the seeds; an optional mark is drawn through all of them. */
export function barChart(
  title: string,
  unit: string,
  bars: readonly Bar[],
  mark: number | null,
  told: (value: number) => string = brief,
): string {
  const most = niceMost(Math.max(1e-9, mark ?? 0, ...bars.map(({ high }) => high)));
  const height = bars.length * (BAR + 10) + 24;
  const x = (value: number) => LABEL + (value / most) * (WIDTH - LABEL - 90);
  const rows = bars.map(({ name, value, low, high, tone }, index) => {
    const top = index * (BAR + 10) + 4;
    const middle = top + BAR / 2;
    return (
      `<text class="label" x="${LABEL - 10}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>` +
      `<rect class="bar ${tone}" x="${LABEL}" y="${top}" width="${at(Math.max(1, x(value) - LABEL))}" ` +
      `height="${BAR}" rx="3"/>` +
      `<line class="whisker" x1="${at(x(low))}" x2="${at(x(high))}" y1="${middle}" y2="${middle}"/>` +
      `<text class="tick" x="${at(x(high) + 8)}" y="${middle + 4}">${told(value)}</text>`
    );
  });
  const line =
    mark === null
      ? ''
      : `<line class="mark" x1="${at(x(mark))}" x2="${at(x(mark))}" y1="0" y2="${height - 20}"/>` +
        `<text class="tick" x="${at(x(mark))}" y="${height - 6}" text-anchor="middle">${told(mark)}</text>`;
  return (
    `<figure><figcaption>${escaped(title)} <span class="unit">${escaped(unit)}</span></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">` +
    `${rows.join('')}${line}</svg></figure>`
  );
}

function niceMost(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((each) => value <= each * power) ?? 10;
  return step * power;
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function brief(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  if (value >= 100) return String(Math.round(value));
  return String(Math.round(value * 100) / 100);
}
