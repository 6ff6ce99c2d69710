/** What can be done about a task: cancel it, order it again, hand it to somebody without handing over a secret. */
import { Menu, MenuButton, MenuItem, MenuProvider } from '@ariakit/react';
import type { Task } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, RotateCcw, Share2 } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { taskQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay } from '../../app/session-context.ts';
import { Button, ButtonLink, buttonClass } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { reportOf } from './report.ts';

const ITEM =
  'block w-full rounded-md px-2.5 py-1.5 text-left outline-none cursor-pointer data-[active-item]:bg-accent-soft';

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

/** Neither carries a key, a signed link or metadata of the client. */
function Share({ task }: { task: Task }) {
  const report = async (): Promise<void> => {
    try {
      await copyText(
        reportOf(task, await sluice.tasks.timeline(task.id)),
        'Report copied, without links and secrets',
      );
    } catch (error) {
      toast({ text: messageOf(error), tone: 'bad' });
    }
  };
  return (
    <MenuProvider placement="bottom-end">
      <MenuButton className={buttonClass('outline')}>
        <Share2 className="size-4" aria-hidden="true" />
        Share
      </MenuButton>
      <Menu
        gutter={6}
        portal
        unmountOnHide
        className="z-40 w-72 rounded-lg border bg-surface p-1.5 shadow-lift outline-none"
      >
        <MenuItem
          className={ITEM}
          onClick={() => void copyText(window.location.href, 'Link copied; whoever opens it has to sign in')}
        >
          Copy the link of this page
          <span className="block text-[0.93rem] text-ink-3">for people who can sign in here</span>
        </MenuItem>
        <MenuItem className={ITEM} onClick={() => void report()}>
          Copy a report
          <span className="block text-[0.93rem] text-ink-3">
            order, receipt and timeline, without links and secrets
          </span>
        </MenuItem>
      </Menu>
    </MenuProvider>
  );
}
