/** A task for somebody else: neither way carries a key, a signed link or metadata of the client. */
import type { Task } from '@sluice/sdk';
import { sluice } from '../../api/client.ts';
import { messageOf } from '../../app/key-form.tsx';
import { copyText } from '../../ui/copy.ts';
import { Item, Menu } from '../../ui/menu.tsx';
import type { ButtonProps } from '../../ui/on-demand.tsx';
import { toast } from '../../ui/toast.tsx';
import { reportOf } from './report.ts';

export function ShareMenu({ task, button }: { task: Task; button: ButtonProps }) {
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
    <Menu button={button} wide>
      <Item
        onClick={() => void copyText(window.location.href, 'Link copied; whoever opens it has to sign in')}
      >
        Copy the link of this page
        <span className="block text-[0.93rem] text-ink-3">for people who can sign in here</span>
      </Item>
      <Item onClick={() => void report()}>
        Copy a report
        <span className="block text-[0.93rem] text-ink-3">
          order, receipt and timeline, without links and secrets
        </span>
      </Item>
    </Menu>
  );
}
