/** The filters of the task list, as they stand in the address: whoever opens the link sees the same list. */
import type { TaskStage, TaskStatus } from '@sluice/sdk';

export type TasksSearch = {
  status?: TaskStatus;
  stage?: TaskStage;
  model?: string;
  path?: string;
  /** Words of the prompt, of the metadata or of the client's own name for it. */
  search?: string;
  /** Only tasks of the last hours, days. */
  since?: Since;
};

export type Since = '1h' | '24h' | '7d' | '30d';

export const STATUSES: readonly TaskStatus[] = ['pending', 'processing', 'completed', 'failed', 'cancelled'];
export const STAGES: readonly TaskStage[] = [
  'queued',
  'sending',
  'unknown',
  'rendering',
  'saving',
  'settling',
  'succeeded',
  'failed',
  'canceled',
];
export const SINCE_HOURS: Record<Since, number> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 };

/** What nobody could have chosen is left out, instead of an empty list that nobody understands. */
export function readTasksSearch(raw: Record<string, unknown>): TasksSearch {
  const status = oneOf(STATUSES, raw.status);
  const stage = oneOf(STAGES, raw.stage);
  const since = oneOf(Object.keys(SINCE_HOURS) as Since[], raw.since);
  return {
    ...(status && { status }),
    ...(stage && { stage }),
    ...(typeof raw.model === 'string' && raw.model !== '' && { model: raw.model.slice(0, 100) }),
    ...(typeof raw.path === 'string' && raw.path !== '' && { path: raw.path.slice(0, 100) }),
    ...(typeof raw.search === 'string' && raw.search.trim() !== '' && { search: raw.search.slice(0, 200) }),
    ...(since && { since }),
  };
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}
