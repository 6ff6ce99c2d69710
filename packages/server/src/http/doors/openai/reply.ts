/** A task in OpenAI's words: a `video` object. */
import type { Task } from '@sluice/contract';
import type { DoorTask } from '../tasks.ts';

export type Video = {
  id: string;
  object: 'video';
  model: string;
  status: 'queued' | 'in_progress' | 'completed' | 'failed';
  progress: number;
  created_at: number;
  completed_at: number | null;
  expires_at: number | null;
  prompt: string | null;
  seconds: string;
  size: string;
  remixed_from_video_id: string | null;
  error: { code: string; message: string } | null;
};

export function videoOf({ task, words }: Pick<DoorTask, 'task' | 'words'>): Video {
  const clip = clipOf(task);
  return {
    id: task.id,
    object: 'video',
    model: text(words?.model) ?? task.model,
    status: STATUS[task.status],
    progress: task.progress,
    created_at: task.created,
    completed_at: unix(task.finished_at),
    expires_at: unix(clip?.deletes_at ?? null),
    prompt: task.prompt,
    seconds: String(task.duration ?? Math.round(clip?.duration_seconds ?? 0)),
    size: text(words?.size) ?? sizeOf(task),
    remixed_from_video_id: text(words?.source),
    error: errorOf(task),
  };
}

export function clipOf(task: Task): Task['assets'][number] | null {
  return task.assets.find((asset) => asset.kind === 'video') ?? null;
}

/** What OpenAI tells of an end: only whose it is; the client asks for the rest. */
export function eventOf(end: { event: { id: string; type: string; atMs: number }; task: Task }): object {
  const { event, task } = end;
  return {
    id: event.id,
    object: 'event',
    created_at: Math.floor(event.atMs / 1000),
    type: event.type === 'task.completed' ? 'video.completed' : 'video.failed',
    data: { id: task.id },
  };
}

const STATUS = {
  pending: 'queued',
  processing: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
} as const satisfies Record<Task['status'], Video['status']>;

function errorOf({ status, error }: Task): Video['error'] {
  if (status === 'cancelled') return { code: 'canceled', message: 'The video was cancelled.' };
  if (error === null) return null;
  return { code: error.code === 'moderated' ? 'moderation_blocked' : error.code, message: error.message };
}

const SHORT_SIDE = { '720p': 720, '1080p': 1080, '4k': 2160 } as const satisfies Record<
  Task['quality'],
  number
>;

/** Of the clip, once there is one; before that, what its shape and resolution come to; else it follows the picture. */
function sizeOf(task: Task): string {
  const clip = clipOf(task);
  if (clip?.width && clip.height) return `${clip.width}x${clip.height}`;
  return sizeOfRatio(task.aspect_ratio, task.quality) ?? 'auto';
}

export function sizeOfRatio(ratio: string | null, quality: Task['quality']): string | null {
  const [, across = '', down = ''] = /^(\d+):(\d+)$/.exec(ratio ?? '') ?? [];
  if (across === '' || down === '') return null;
  const unit = SHORT_SIDE[quality] / Math.min(Number(across), Number(down));
  return `${even(Number(across) * unit)}x${even(Number(down) * unit)}`;
}

function even(side: number): number {
  return 2 * Math.round(side / 2);
}

function unix(instant: string | null): number | null {
  return instant === null ? null : Math.floor(Date.parse(instant) / 1000);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
