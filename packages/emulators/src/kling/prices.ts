/** The vendor's list prices in units (pricing pages, read 2026-09-20). */
import type { KlingOrder, Resolution, Version } from './order.ts';
import { parseUnits } from './units.ts';

type Tier = Partial<Record<Resolution, string>>;
type Sheet = { silent: Tier; native?: Tier; voice?: Tier; motion?: Tier; video?: Tier };

const sheets: Record<Version, Sheet> = {
  '3.0-turbo': { silent: { '720p': '0.8', '1080p': '1.0' } },
  '3.0': {
    silent: { '720p': '0.6', '1080p': '0.8', '4k': '3.0' },
    native: { '720p': '0.9', '1080p': '1.2', '4k': '3.0' },
    motion: { '720p': '0.9', '1080p': '1.2' },
  },
  '3.0-omni': {
    silent: { '720p': '0.6', '1080p': '0.8', '4k': '3.0' },
    native: { '720p': '0.8', '1080p': '1.0', '4k': '3.0' },
    video: { '720p': '0.9', '1080p': '1.2', '4k': '3.0' },
  },
  o1: {
    silent: { '720p': '0.6', '1080p': '0.8' },
    video: { '720p': '0.9', '1080p': '1.2' },
  },
  '2.6': {
    silent: { '720p': '0.3', '1080p': '0.5' },
    native: { '1080p': '1.0' },
    voice: { '1080p': '1.2' },
    motion: { '720p': '0.5', '1080p': '0.8' },
  },
  '2.5-turbo': { silent: { '720p': '0.3', '1080p': '0.5' } },
};

/** Thousandths of a unit for one second of output. */
export function unitsPerSecond(order: KlingOrder): bigint {
  const sheet = sheets[order.version];
  const rate = columnOf(order, sheet)[order.resolution];
  if (rate === undefined) throw new Error(`no price for ${order.endpoint} at ${order.resolution}`);
  return parseUnits(rate);
}

/**
 * Rate times ordered seconds; a length that follows an input video is rounded to whole seconds first,
 * as the price page says for motion control and for edits.
 */
export function chargeFor(order: KlingOrder, followedSeconds: number): bigint {
  const seconds = order.seconds ?? Math.max(1, Math.round(followedSeconds));
  return unitsPerSecond(order) * BigInt(Math.round(seconds));
}

function columnOf(order: KlingOrder, sheet: Sheet): Tier {
  if (order.product === 'motion-control') return sheet.motion ?? sheet.silent;
  if (order.inputs.some((input) => input.kind === 'video')) return sheet.video ?? sheet.silent;
  if (order.chosenVoice) return sheet.voice ?? sheet.native ?? sheet.silent;
  if (order.sound === 'native') return sheet.native ?? sheet.silent;
  return sheet.silent;
}
