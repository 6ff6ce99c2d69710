/** Events as they happen, as webhooks deliver them and streams carry them. */
import type { StreamedEvent } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useEvents, useLiveState } from '../../api/live.ts';
import { Empty, Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { exactTime } from '../../ui/time.tsx';

const SHOWN_MOST = 50;

export function EventsPanel() {
  const live = useLiveState();
  const [events, setEvents] = useState<readonly StreamedEvent[]>([]);
  useEvents((fresh) => setEvents((known) => [...fresh.toReversed(), ...known].slice(0, SHOWN_MOST)));
  return (
    <Panel
      title="Events, live"
      aside={<span className="text-ink-3">{live === 'live' ? 'listening' : 'connecting…'}</span>}
      flush
    >
      {events.length === 0 ? (
        <Empty title="Nothing happened since you opened this page">
          Order a clip in the Playground and watch: created, started, rendered, completed.
        </Empty>
      ) : (
        <Table
          label="Events"
          columns={[{ title: 'When' }, { title: 'Event' }, { title: 'About' }, { title: 'Data' }]}
        >
          {events.map((event) => (
            <tr key={event.id}>
              <td className="whitespace-nowrap">{exactTime(event.created_at)}</td>
              <td className="font-medium whitespace-nowrap">{event.type}</td>
              <td>
                <About event={event} />
              </td>
              <td className="max-w-96 truncate font-mono text-[0.93em] text-ink-2">
                {JSON.stringify(event.data)}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function About({ event }: { event: StreamedEvent }) {
  const { id } = event.data;
  if (typeof id !== 'string' || !id.startsWith('task_')) return null;
  return (
    <Link to="/tasks/$id" params={{ id }} className="font-mono text-accent underline">
      …{id.slice(-6)}
    </Link>
  );
}
