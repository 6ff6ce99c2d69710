/** The stage of a task as a chip: a shape, a word and a colour, in this order of importance. */
import type { TaskStage } from '@sluice/sdk';
import type { ReactNode } from 'react';
import { cx } from './class.ts';

export const STAGE_WORDS: Record<TaskStage, string> = {
  queued: 'waiting',
  sending: 'sending',
  unknown: 'looking up',
  rendering: 'rendering',
  saving: 'saving',
  settling: 'settling',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
};

const STAGE_MEANS: Record<TaskStage, string> = {
  queued: 'Waits for a free slot.',
  sending: 'Is being submitted to its path.',
  unknown: 'The answer to the submit was lost. It is looked up, never bought twice.',
  rendering: 'Accepted upstream and rendering.',
  saving: 'The clip is being copied to your storage.',
  settling: 'Stored; the charge is being booked.',
  succeeded: 'Stored, read back, charged once.',
  failed: 'Ended without a clip.',
  canceled: 'Ended because somebody cancelled it.',
};

type Look = { text: string; shape: ReactNode };

const ring = <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />;

const LOOKS: Record<TaskStage, Look> = {
  queued: { text: 'text-ink-2', shape: ring },
  sending: { text: 'text-accent', shape: <path d="M1.5 6h7M6 2.8 9.3 6 6 9.2" {...line()} /> },
  unknown: {
    text: 'text-doubt',
    shape: <path d="M6 .9 11.1 6 6 11.1.9 6Z M6 3.6v2.9M6 8.2v.2" {...line(1.4)} />,
  },
  rendering: { text: 'text-accent', shape: <path d="M3.2 1.8 10 6l-6.8 4.2Z" fill="currentColor" /> },
  saving: {
    text: 'text-accent',
    shape: <path d="M6 1.2v6M3.2 4.7 6 7.5l2.8-2.8M1.8 10.6h8.4" {...line()} />,
  },
  settling: { text: 'text-accent', shape: <path d="M1.8 3.8h8.4M1.8 8.2h8.4" {...line(1.8)} /> },
  succeeded: { text: 'text-ok', shape: <path d="m1.8 6.4 2.9 2.9 5.5-6.3" {...line(1.9)} /> },
  failed: { text: 'text-bad', shape: <path d="m2.5 2.5 7 7m0-7-7 7" {...line(1.9)} /> },
  canceled: {
    text: 'text-ink-3',
    shape: (
      <>
        {ring}
        <path d="m3.2 8.8 5.6-5.6" {...line(1.6)} />
      </>
    ),
  },
};

function line(width = 1.6) {
  return {
    fill: 'none',
    stroke: 'currentColor',
    strokeWidth: width,
    strokeLinecap: 'round',
    strokeLinejoin: 'round',
  } as const;
}

export function StageChip({ stage, className }: { stage: TaskStage; className?: string }) {
  const { text, shape } = LOOKS[stage] ?? LOOKS.queued;
  return (
    <span
      className={cx('inline-flex items-center gap-1.5 font-medium whitespace-nowrap', text, className)}
      title={STAGE_MEANS[stage]}
    >
      <svg viewBox="0 0 12 12" className="size-3 shrink-0" aria-hidden="true">
        {shape}
      </svg>
      {STAGE_WORDS[stage] ?? stage}
    </span>
  );
}
