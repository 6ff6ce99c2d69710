/** What a page says about a model, worked out from its data. */
import type { Mode, Model } from '@sluice/sdk';

export const MODE_WORDS: Record<Mode, string> = {
  'text-to-video': 'text',
  'image-to-video': 'image',
  'reference-to-video': 'references',
  'video-edit': 'edit',
  'motion-control': 'motion',
};

export type Price = Model['prices'][number];

/** The lowest price per second, or per task where nothing is sold by the second. */
export function cheapest({ prices }: Model): Price | null {
  const bySecond = prices.filter(({ per }) => per === 'second');
  const from = bySecond.length > 0 ? bySecond : prices;
  return from.reduce<Price | null>(
    (least, each) => (least === null || Number(each.price) < Number(least.price) ? each : least),
    null,
  );
}

export function modesOf({ modes }: Model): Mode[] {
  return Object.keys(modes) as Mode[];
}

/** The longest and the finest that any mode of it makes. */
export function reachOf(model: Model): { seconds: number | null; resolution: string; sound: boolean } {
  const all = Object.values(model.modes);
  const seconds = all.flatMap((mode) => mode.seconds?.allowed ?? []);
  const order = ['720p', '1080p', '4k'];
  const finest = all
    .flatMap((mode) => mode.resolutions)
    .sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
  return {
    seconds: seconds.length === 0 ? null : Math.max(...seconds),
    resolution: finest ?? '720p',
    sound: all.some((mode) => mode.sound.includes('on')),
  };
}
