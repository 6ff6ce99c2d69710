/** What can be done about a task: cancel it, order it again, hand it to somebody without handing over a secret. */
import type { Task } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, RotateCcw, Share2 } from 'lucide-react';
import { lazy, useState } from 'react';
import { sluice } from '../../api/client.ts';
import { taskQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay } from '../../app/session-context.ts';
import { Button, ButtonLink, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { OnDemand } from '../../ui/on-demand.tsx';
import { toast } from '../../ui/toast.tsx';

const ShareMenu = lazy(async () => ({ default: (await import('./share-menu.tsx')).ShareMenu }));

export function Actions({ task }: { task: Task }) {
  return (
    <>
      <Repeat task={task} />
      <Share task={task} />
      <Cancel task={task} />
    </>
  );
}

function Cancel({ task }: { task: Task }) {
  const may = useMay('tasks:write');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const cancel = useMutation({
    mutationFn: () => sluice.tasks.cancel(task.id),
    onSuccess: ({ task: now, outcome }) => {
      queries.setQueryData(taskQuery(task.id).queryKey, now);
      void queries.invalidateQueries({ queryKey: ['timeline', task.id] });
      toast({
        text:
          outcome === 'canceled'
            ? 'Cancelled; nothing is charged.'
            : 'Cancelling, if that is still possible.',
      });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
    onSettled: () => setAsked(false),
  });
  if (!may || !task.task_info.can_cancel || task.cancel_requested) return null;
  return (
    <>
      <Button
        kind="danger"
        icon={<Ban className="size-4" aria-hidden="true" />}
        onClick={() => setAsked(true)}
      >
        Cancel
      </Button>
      <Dialog open={asked} onClose={() => setAsked(false)} title="Cancel this task?">
        <p className="text-ink-2">
          {task.stage === 'queued'
            ? 'It has not been sent, so nothing is charged.'
            : 'It has been sent. If its upstream still lets go of it, nothing is charged.'}
        </p>
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={() => setAsked(false)}>Let it go on</Button>
          <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the task
          </Button>
        </div>
      </Dialog>
    </>
  );
}

/** Back in the playground with everything as it was, to be changed or sent again. */
function Repeat({ task }: { task: Task }) {
  const may = useMay('tasks:write');
  if (!may) return null;
  return (
    <ButtonLink
      to="/playground"
      search={{ from: task.id }}
      icon={<RotateCcw className="size-4" aria-hidden="true" />}
    >
      Repeat with changes
    </ButtonLink>
  );
}

function Share({ task }: { task: Task }) {
  return (
    <OnDemand
      opened={(button) => <ShareMenu task={task} button={button} />}
      opens="menu"
      className={buttonClass('outline')}
    >
      <Share2 className="size-4" aria-hidden="true" />
      Share
    </OnDemand>
  );
}
