/** Sends a webhook again, from the entry that tells of it. */
import type { TimelineEntry } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { sluice } from '../../api/client.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.tsx';

export function Replay({ entry }: { entry: TimelineEntry }) {
  const may = useMay('webhooks:write');
  const queries = useQueryClient();
  const { delivery_id: id } = entry.data;
  const replay = useMutation({
    mutationFn: (deliveryId: string) => sluice.webhooks.replay(deliveryId),
    onSuccess: () => {
      toast({ text: 'The webhook is sent again, under the same event id.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['timeline'] });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  if (!may || typeof id !== 'string' || entry.kind !== 'delivery.created') return null;
  return (
    <Button small kind="quiet" className="ml-2 h-6" busy={replay.isPending} onClick={() => replay.mutate(id)}>
      Send again
    </Button>
  );
}
