/** What a comparison is asked, as it stands in the address: whoever opens the link sees the same question. */
import type { MixLine, Resolution } from '@sluice/sdk';

export type CompareSearch = {
  mix?: MixLine[] | undefined;
  peak?: number | undefined;
  /** Left out: vendors without a path are shown as well. */
  own?: true | undefined;
  sandboxes?: true | undefined;
};

export const RESOLUTIONS: readonly Resolution[] = ['720p', '1080p', '4k'];
const LINES_MOST = 50;

export function readCompareSearch(raw: Record<string, unknown>): CompareSearch {
  const mix = Array.isArray(raw.mix) ? raw.mix.slice(0, LINES_MOST).flatMap(lineOf) : [];
  const peak = wholeNumber(raw.peak, 1_000_000);
  return {
    ...(mix.length > 0 && { mix }),
    ...(peak !== null && { peak }),
    ...(raw.own === true && { own: true as const }),
    ...(raw.sandboxes === true && { sandboxes: true as const }),
  };
}

/** Only what could have been chosen; the gateway looks at it again. */
function lineOf(raw: unknown): MixLine[] {
  if (typeof raw !== 'object' || raw === null) return [];
  const { model, seconds, resolution, count } = raw as Record<string, unknown>;
  if (typeof model !== 'string' || model === '') return [];
  const length = wholeNumber(seconds, 600);
  const size = RESOLUTIONS.find((each) => each === resolution);
  return [
    {
      model: model.slice(0, 100),
      count: wholeNumber(count, 1_000_000_000) ?? 1,
      ...(length !== null && { seconds: length }),
      ...(size && { resolution: size }),
    },
  ];
}

function wholeNumber(value: unknown, most: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}
