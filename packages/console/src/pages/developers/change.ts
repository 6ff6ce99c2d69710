/** Something done to an endpoint or to one of its deliveries: said when it worked, and when not. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../app/key-form.tsx';
import { toast } from '../../ui/toast.tsx';

export function useChange<T>(run: () => Promise<T>, said: string, then: (result: T) => void = () => {}) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      if (said) toast({ text: said, tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      then(result);
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
}
