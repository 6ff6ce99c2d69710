/** Is the stored clip the one that was ordered? Differences are flagged; what is no video at all is no result. */
import type { Order } from '@sluice/contract';

export type ClipFacts = {
  durationSeconds: number;
  width: number;
  height: number;
  videoCodec: string;
  audioCodec: string | null;
};

export type ClipFlag = 'short' | 'long' | 'small' | 'aspect' | 'silent';

const SHORT_SIDE: Readonly<Record<Order['resolution'], number>> = { '720p': 720, '1080p': 1080, '4k': 2160 };
/** Upstreams cut to whole frames and choose sizes near the nominal one. */
const SECONDS_TOLERANCE = 0.5;
const SIDE_TOLERANCE = 0.12;
const ASPECT_TOLERANCE = 0.06;

export function clipFlags(order: Order, clip: ClipFacts): ClipFlag[] {
  const flags: ClipFlag[] = [];
  if (order.seconds !== null) {
    if (clip.durationSeconds < order.seconds - SECONDS_TOLERANCE) flags.push('short');
    if (clip.durationSeconds > order.seconds + SECONDS_TOLERANCE) flags.push('long');
  }
  const shortSide = Math.min(clip.width, clip.height);
  if (shortSide < SHORT_SIDE[order.resolution] * (1 - SIDE_TOLERANCE)) flags.push('small');
  const wanted = ratioOf(order.aspectRatio);
  if (wanted !== null && Math.abs(clip.width / clip.height / wanted - 1) > ASPECT_TOLERANCE)
    flags.push('aspect');
  if (order.sound === 'on' && clip.audioCodec === null) flags.push('silent');
  return flags;
}

function ratioOf(aspectRatio: string | null): number | null {
  const match = /^(\d+):(\d+)$/.exec(aspectRatio ?? '');
  return match ? Number(match[1]) / Number(match[2]) : null;
}
