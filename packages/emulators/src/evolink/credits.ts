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

/** Credits for each second (vendor's price table of 2026-10-10), at 720p and silent. */
const perSecond: Readonly<Record<string, string>> = {
  'kling-v3-text-to-video': '5.4',
  'kling-v3-image-to-video': '5.4',
  'kling-v3-turbo-text-to-video': '8',
  'kling-v3-turbo-image-to-video': '8',
  'kling-o3-text-to-video': '5.4',
  'kling-o3-image-to-video': '5.4',
  'kling-o3-reference-to-video': '8.1',
  'kling-o3-video-edit': '8.1',
  'kling-o1-image-to-video': '8',
  'kling-o1-video-edit': '12',
  'kling-v3-motion-control': '8.17',
  'kling-v2.6-motion-control': '4.5',
};

/** Least seconds billed. */
const least: Readonly<Record<string, number>> = { 'kling-o1-video-edit': 3 };

export function chargeFor(order: EvolinkOrder, seconds: number): Units {
  const base = unitsOf(perSecond[order.model] ?? '0');
  const counted = BigInt(Math.ceil(Math.max(seconds, least[order.model] ?? 0)));
  return (base * thousandths(order) * counted) / 1000n;
}

/** 720p silent: 1000. The multipliers of the omni model are smaller than those of 3.0. */
function thousandths({ model, quality, sound }: EvolinkOrder): bigint {
  const omni = model.startsWith('kling-o3-');
  if (quality === '4k') return 5000n;
  if (model === 'kling-v2.6-motion-control') return quality === '1080p' ? 1600n : 1000n;
  if (quality === '1080p') return sound ? (omni ? 1667n : 2000n) : 1334n;
  if (!sound) return 1000n;
  return omni ? 1334n : 1500n;
}
