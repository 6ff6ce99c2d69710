/** Small pictures of clips, in a box that never changes its size, whatever shape the clip has. */
import { cx } from './class.ts';
import { localLink } from './local-link.ts';

type PosterProps = { url: string | null; className?: string; label?: string };

export function Poster({ url, className, label = '' }: PosterProps) {
  return (
    <span className={cx('block shrink-0 overflow-hidden rounded-sm border bg-sunken', className)}>
      {url !== null && (
        <img
          src={localLink(url)}
          alt={label}
          loading="lazy"
          decoding="async"
          className="size-full object-contain"
        />
      )}
    </span>
  );
}
