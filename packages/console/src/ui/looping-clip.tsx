/** A clip that plays when somebody points at it, and stands still for everybody who wants things to stand still. */
import type { Task } from '@sluice/sdk';
import { useRef, useState } from 'react';
import { localLink } from './local-link.ts';

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

export function LoopingClip({ task, empty }: { task: Pick<Task, 'assets'> | null; empty: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const [wanted, setWanted] = useState(false);
  const clip = task?.assets.find(({ kind }) => kind === 'video');
  const poster = task?.assets.find(({ kind }) => kind === 'poster');
  if (!clip) {
    return (
      <div className="flex aspect-video items-center justify-center border-b bg-sunken px-4 text-center text-ink-3">
        <span>No clip of {empty} was made here yet</span>
      </div>
    );
  }
  return (
    <div
      className="aspect-video border-b bg-sunken"
      onPointerEnter={() => {
        if (still.matches) return;
        setWanted(true);
        void video.current?.play().catch(() => {});
      }}
      onPointerLeave={() => video.current?.pause()}
    >
      <video
        ref={video}
        muted
        loop
        playsInline
        tabIndex={-1}
        aria-hidden="true"
        preload={wanted ? 'auto' : 'none'}
        autoPlay={wanted}
        src={localLink(clip.url)}
        poster={poster && localLink(poster.url)}
        className="size-full object-contain"
      />
    </div>
  );
}
