/** A finished clip: played here, with its poster before, in its own shape, never higher than the window. */
import type { Task } from '@sluice/sdk';
import { Download } from 'lucide-react';
import { buttonClass } from './button.tsx';
import { localLink } from './local-link.ts';
import { LOCALE } from './locale.ts';

export function Player({ task }: { task: Task }) {
  const clip = task.assets.find((asset) => asset.kind === 'video');
  const poster = task.assets.find((asset) => asset.kind === 'poster');
  if (!clip) return null;
  const ratio = clip.width && clip.height ? `${clip.width} / ${clip.height}` : '16 / 9';
  return (
    <div className="overflow-hidden rounded-lg border bg-sunken">
      {/* biome-ignore lint/a11y/useMediaCaption: a rendered clip has no captions to show. */}
      <video
        controls
        loop
        playsInline
        preload="metadata"
        aria-label="The clip"
        src={localLink(clip.url)}
        poster={poster && localLink(poster.url)}
        className="mx-auto block max-h-[62vh] w-full object-contain"
        style={{ aspectRatio: ratio }}
      />
    </div>
  );
}

export function DownloadLink({ task, small = false }: { task: Task; small?: boolean }) {
  const clip = task.assets.find((asset) => asset.kind === 'video');
  if (!clip) return null;
  return (
    <a href={`${localLink(clip.url)}&download=1`} download className={buttonClass('outline', small)}>
      <Download className="size-4" aria-hidden="true" />
      Download
    </a>
  );
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytesText(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1_000 && at < UNITS.length - 1) {
    value /= 1_000;
    at += 1;
  }
  const digits = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: value < 10 ? 1 : 0 });
  return `${digits.format(value)} ${UNITS[at]}`;
}
