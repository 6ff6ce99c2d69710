/**
 * The newest finished clip of a model: its sample, made on this installation. Most are among the newest clips of all,
 * which is one question for all cards; where there are older ones, a model that is not among those is asked for by
 * itself.
 */
import type { Model, Task } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { newestClipsQuery, sampleQuery } from '../../api/queries.ts';

export type Sample = { task: Pick<Task, 'assets'> | null; pending: boolean };

export function useSample({ id, paths }: Model): Sample {
  const newest = useQuery(newestClipsQuery);
  const among = newest.data?.data.find(({ model }) => model === id);
  const alone = useQuery({
    ...sampleQuery(id),
    enabled: paths.length > 0 && among === undefined && newest.data?.next_cursor != null,
  });
  return { task: among ?? alone.data ?? null, pending: newest.isPending || alone.isLoading };
}
