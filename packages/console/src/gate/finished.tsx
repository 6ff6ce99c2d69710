/** What came out lately, small, with the state of its copy. */
import type { Gate } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { cx } from '../ui/class.ts';
import { useNow } from '../ui/clock.ts';
import { localLink } from '../ui/local-link.ts';
import { agoText } from '../ui/time.tsx';

type Clip = Gate['finished'][number];

const SHOWN_MOST = 15;

const COPIES: Record<Clip['copy'], { word: string; edge: string }> = {
  copying: { word: 'being copied', edge: 'border-accent' },
  stored: { word: 'stored', edge: 'border-line' },
  lost: { word: 'lost before it was copied', edge: 'border-bad' },
  deleted: { word: 'deleted', edge: 'border-line' },
};

export function Finished({ clips }: { clips: readonly Clip[] }) {
  const nowMs = useNow();
  if (clips.length === 0) return <p className="text-ink-3">Nothing yet.</p>;
  return (
    <ul className="grid grid-cols-5 gap-1.5">
      {clips.slice(0, SHOWN_MOST).map((clip) => (
        <li key={clip.task_id}>
          <Link
            to="/tasks/$id"
            params={{ id: clip.task_id }}
            tabIndex={-1}
            title={`${COPIES[clip.copy].word}, rendered ${agoText(clip.rendered_at, nowMs)}`}
            className={cx(
              'block aspect-video overflow-hidden rounded-sm border bg-sunken',
              COPIES[clip.copy].edge,
              clip.copy === 'deleted' && 'opacity-40',
            )}
          >
            {clip.poster_url !== null && (
              <img
                src={localLink(clip.poster_url)}
                alt=""
                loading="lazy"
                className="size-full object-cover"
              />
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}
