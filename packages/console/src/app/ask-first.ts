/**
 * What a page asks for in any case, sent off while its script is still on its way, and when a pointer rests on a link
 * to it. Nobody waits for it here: the page shows what is missing, and asks for everything else by itself.
 */
import { pathQuery } from '../api/money-queries.ts';
import {
  activityQuery,
  alertsQuery,
  gateQuery,
  modelQuery,
  modelsQuery,
  newestClipsQuery,
  pathsQuery,
  planQuery,
  queryClient,
  recentQuery,
  taskQuery,
  tasksQuery,
  timelineQuery,
} from '../api/queries.ts';

const A_DAY_HOURS = 24;
const A_MONTH_HOURS = 720;

export function askHome(): void {
  void queryClient.prefetchQuery(tasksQuery({ limit: 1 }));
  void queryClient.prefetchQuery(activityQuery(A_DAY_HOURS));
  void queryClient.prefetchQuery(gateQuery);
  void queryClient.prefetchQuery(alertsQuery);
  void queryClient.prefetchQuery(recentQuery);
}

export function askModels(): void {
  askMix();
  void queryClient.prefetchQuery(newestClipsQuery);
}

export function askModel(id: string): void {
  void queryClient.prefetchQuery(modelQuery(id));
  void queryClient.prefetchQuery(activityQuery(A_MONTH_HOURS));
  void queryClient.prefetchQuery(newestClipsQuery);
}

export function askPlayground(): void {
  void queryClient.prefetchQuery(modelsQuery);
}

export function askTask(id: string): void {
  void queryClient.prefetchQuery(taskQuery(id));
  void queryClient.prefetchQuery(timelineQuery(id));
}

export function askPaths(): void {
  void queryClient.prefetchQuery(pathsQuery);
  void queryClient.prefetchQuery(gateQuery);
}

export function askPath(name: string): void {
  void queryClient.prefetchQuery(pathQuery(name));
  void queryClient.prefetchQuery(gateQuery);
}

export function askPlan(id: string | undefined): void {
  askMix();
  if (id !== undefined) void queryClient.prefetchQuery(planQuery(id));
}

/** Compare and Plan begin with the mix that is ordered most. */
export function askMix(): void {
  void queryClient.prefetchQuery(modelsQuery);
  void queryClient.prefetchQuery(activityQuery(A_MONTH_HOURS));
}
