/** Credits: counted in ten-thousandths, as the vendor does; reserved at the create, taken or given back at the end. */
import type { EvolinkOrder } from './validate.ts';

const UNITS_PER_CREDIT = 10_000n;
/** The vendor's exchange factor of October 2026. */
const CREDITS_PER_USD = 68;

export type Units = bigint;

export function unitsOf(credits: string): Units {
  const [, whole = '0', fraction = ''] = /^(\d{1,12})(?:\.(\d{1,4}))?$/.exec(credits) ?? [];
  return BigInt(whole) * UNITS_PER_CREDIT + BigInt(fraction.padEnd(4, '0'));
}

export function creditsOf(units: Units): number {
  return Number(units) / Number(UNITS_PER_CREDIT);
}

export function dollarsOf(units: Units): number {
  return Math.round((creditsOf(units) / CREDITS_PER_USD) * 1e6) / 1e6;
}

/** Credits for each second (vendor's price rules of 2026-10-10), at 720p and silent. */
const perSecond: Readonly<Record<string, string>> = {
  'kling-v3-text-to-video': '5.4',
  'kling-v3-image-to-video': '5.4',
  'kling-v3-turbo-text-to-video': '7.2',
  'kling-v3-turbo-image-to-video': '7.2',
  'kling-o3-text-to-video': '5.4',
  'kling-o3-image-to-video': '5.4',
  'kling-o3-reference-to-video': '8.1',
  'kling-o3-video-edit': '8.1',
  'kling-o1-image-to-video': '8',
  'kling-o1-video-edit': '12',
  'kling-v3-motion-control': '8.1648',
  'kling-v2.6-motion-control': '4.5',
};

const LEAST_SECONDS = 3;

export function chargeFor(order: EvolinkOrder, seconds: number): Units {
  const base = unitsOf(perSecond[order.model] ?? '0');
  // An edit of O1 is counted in hundredths of a second, everything else in whole ones, halves up.
  const hundredths =
    order.model === 'kling-o1-video-edit' ? Math.ceil(seconds * 100) : Math.floor(seconds + 0.5) * 100;
  const counted = BigInt(Math.max(hundredths, LEAST_SECONDS * 100));
  return (base * thousandths(order) * counted + 50_000n) / 100_000n;
}

/** 720p silent: 1000. The sound of an input video costs nothing. */
function thousandths({ model, quality, sound }: EvolinkOrder): bigint {
  if (quality === '720p') return soundThousandths(model, sound) ?? 1000n;
  if (quality === '4k') return 5000n;
  if (model === 'kling-v2.6-motion-control') return 1600n;
  if (model.startsWith('kling-v3-turbo-')) return 1250n;
  if (!sound) return 1334n;
  if (/^kling-v3-(text|image)-/.test(model)) return 2000n;
  return /^kling-o3-(text|image)-/.test(model) ? 1667n : 1334n;
}

function soundThousandths(model: string, sound: boolean): bigint | null {
  if (!sound) return null;
  if (/^kling-v3-(text|image)-/.test(model)) return 1500n;
  return /^kling-o3-(text|image)-/.test(model) ? 1334n : null;
}
