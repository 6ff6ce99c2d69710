/**
 * A clip that plays when somebody points at it, and stands still for everybody who wants things to stand still. Until
 * then it is a picture: a page of twenty players decodes nothing and still costs as much as all of its text.
 */
import type { Task } from '@sluice/sdk';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { localLink } from './local-link.ts';

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

type LoopingClipProps = {
  task: Pick<Task, 'assets'> | null;
  /** What stands there as long as there is no clip. */
  empty: ReactNode;
  /** In sight at once: its picture does not wait for the layout. */
  first?: boolean;
  /** Its task is still asked for. */
  pending?: boolean;
};

export function LoopingClip({ task, empty, first = false, pending = false }: LoopingClipProps) {
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [wanted, setWanted] = useState(false);
  const clip = task?.assets.find(({ kind }) => kind === 'video');
  const poster = task?.assets.find(({ kind }) => kind === 'poster');
  const known = clip !== undefined;
  useEffect(() => {
    // A card is one link from edge to edge, so it is the card that is pointed at.
    const card = known ? (box.current?.closest('li') ?? box.current) : null;
    if (!card) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const play = (): void => {
      if (still.matches) return;
      setWanted(true);
      void video.current?.play().catch(() => {});
    };
    card.addEventListener('pointerenter', play, { signal });
    card.addEventListener('pointerleave', () => video.current?.pause(), { signal });
    return () => leaving.abort();
  }, [known]);
  if (!clip) {
    return (
      <div className="flex aspect-video items-center justify-center border-b bg-sunken px-4 text-center text-ink-3">
        {!pending && empty}
      </div>
    );
  }
  return (
    <div ref={box} className="relative aspect-video border-b bg-sunken">
      {poster && (
        <img
          src={localLink(poster.url)}
          alt=""
          loading={first ? 'eager' : 'lazy'}
          decoding="async"
          className="size-full object-contain"
        />
      )}
      {wanted && (
        <video
          ref={video}
          muted
          loop
          playsInline
          autoPlay
          tabIndex={-1}
          aria-hidden="true"
          src={localLink(clip.url)}
          className="absolute inset-0 size-full object-contain"
        />
      )}
    </div>
  );
}
