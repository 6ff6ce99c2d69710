/** What a benchmark produces: lines, each a measurement of ours beside one of a baseline, with what we aim at. */
import type { BenchServer } from './database.ts';
import type { Progress } from './progress.ts';

/** A number as it was measured, and how it is shown. */
export type Quantity = { value: number; text: string };

/** What has to hold, of the ratio of ours to the baseline or of our figure itself. */
export type Aim = { of: 'ratio' | 'sluice'; least?: number; most?: number };

export type Line = {
  figure: string;
  sluice: Quantity;
  /** Measured in the same run; null where the aim is a number of its own. */
  baseline: Quantity | null;
  /** Null: shown for the reader, nothing was promised. */
  aim: Aim | null;
};

export type Bench = {
  /** Fewer repeats and smaller sizes: for a look, not for the record. */
  quick: boolean;
  progress: Progress;
  /** One PostgreSQL for the whole run, with fsync; started by the first who asks. */
  server(): Promise<BenchServer>;
};

export type Figure = {
  name: string;
  title: string;
  run(bench: Bench): Promise<Line[]>;
};

export function ratioOf(line: Line): number | null {
  return line.baseline === null || line.baseline.value === 0 ? null : line.sluice.value / line.baseline.value;
}

/** Null where nothing was promised. */
export function isMet(line: Line): boolean | null {
  const { aim } = line;
  const judged = aim?.of === 'ratio' ? ratioOf(line) : line.sluice.value;
  if (aim === null || judged === null) return null;
  return (
    judged >= (aim.least ?? Number.NEGATIVE_INFINITY) && judged <= (aim.most ?? Number.POSITIVE_INFINITY)
  );
}

export function aimText({ aim }: Line): string {
  if (aim === null) return '';
  const { least, most } = aim;
  const bound =
    least !== undefined && most !== undefined
      ? `${plain(least)} to ${plain(most)}`
      : least !== undefined
        ? `≥ ${plain(least)}`
        : `≤ ${plain(most ?? 0)}`;
  return aim.of === 'ratio' ? `${bound} ×` : bound;
}

export function quantity(value: number, unit: string, digits = 3): Quantity {
  return { value, text: `${plain(value, digits)}${unit === '' || unit === '%' ? unit : ` ${unit}`}` };
}

export function plain(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 10 ** (digits - 1)
    ? Math.round(value).toString()
    : Number(value.toPrecision(digits)).toString();
}
