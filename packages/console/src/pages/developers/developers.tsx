/** For whoever writes the client: keys, webhooks, events, and how to reach this gateway from each library. */
import { Link } from '@tanstack/react-router';
import { BookOpen } from 'lucide-react';
import { useMay } from '../../app/session-context.ts';
import { buttonClass } from '../../ui/button.tsx';
import { InOrder, PageHead } from '../../ui/panel.tsx';
import { EventsPanel } from './events.tsx';
import { GuidesPanel } from './guides.tsx';
import { KeysPanel } from './keys.tsx';
import { WebhooksPanel } from './webhooks.tsx';

export function Developers() {
  const seesKeys = useMay('billing:read');
  return (
    <>
      <PageHead
        title="Developers"
        under={
          <>
            Each order can be tried in the{' '}
            <Link to="/playground" className="text-accent underline">
              Playground
            </Link>{' '}
            first; it shows the code for it.
          </>
        }
        aside={
          <a href="/docs" className={buttonClass('outline')}>
            <BookOpen className="size-4" aria-hidden="true" />
            API reference
          </a>
        }
      />
      <InOrder>
        {seesKeys && <KeysPanel />}
        <WebhooksPanel />
        <GuidesPanel />
        <EventsPanel />
      </InOrder>
    </>
  );
}
