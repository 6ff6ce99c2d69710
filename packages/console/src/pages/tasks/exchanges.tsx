/** What was really said to the vendor and by it, for an operator who hunts a fault. Asked for when it is opened. */
import type { UpstreamExchange } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { Tone } from '../../ui/tone.tsx';

export function Exchanges({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel flush>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="rounded-lg px-4 py-3 text-[1.07rem] font-semibold">
          Raw requests <span className="font-normal text-ink-3">to the vendor, without secrets</span>
        </summary>
        {open && <Asked id={id} />}
      </details>
    </Panel>
  );
}

function Asked({ id }: { id: string }) {
  const exchanges = useQuery({
    queryKey: ['timeline', id, 'exchanges'],
    queryFn: ({ signal }) => sluice.tasks.exchanges(id, { signal }),
  });
  if (exchanges.isPending) return <SkeletonRows rows={3} />;
  if (exchanges.isError) {
    return (
      <Failure
        error={exchanges.error}
        what="The requests could not be read."
        retry={() => exchanges.refetch()}
      />
    );
  }
  const { data } = exchanges.data;
  if (data.length === 0) return <p className="px-4 pb-4 text-ink-2">Nothing was sent yet.</p>;
  return (
    <ul className="border-t">
      {data.map((exchange) => (
        <li key={`${exchange.attempt} ${exchange.at}`} className="grid gap-2 border-b p-4 last:border-0">
          <One exchange={exchange} />
        </li>
      ))}
    </ul>
  );
}

function One({ exchange }: { exchange: UpstreamExchange }) {
  const { method, url, result, status, reason, at, duration_ms: ms, bytes, request, response } = exchange;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-mono text-[0.93em] [overflow-wrap:anywhere]">
          {method} {url}
        </span>
        <Tone tone={result === 'answered' ? (status !== null && status < 400 ? 'ok' : 'warn') : 'bad'}>
          {status ?? result.replace('_', ' ')}
        </Tone>
        <span className="text-ink-3">
          {exactTime(at)}, {ms} ms, {bytes} bytes
        </span>
      </p>
      {reason && <p className="text-warn">{reason}</p>}
      <Body title="Sent" text={request} />
      <Body title="Answered" text={response} />
    </>
  );
}

function Body({ title, text }: { title: string; text: string | null }) {
  if (text === null) return null;
  return (
    <div>
      <p className="text-[0.93rem] text-ink-3">{title}</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
        tabIndex={0}
        dir="ltr"
        className="max-h-72 overflow-auto rounded-md bg-sunken p-2.5 font-mono text-[0.82rem] whitespace-pre-wrap"
      >
        {indented(text)}
      </pre>
    </div>
  );
}

/** JSON as people read it; what was cut is shown as it is. */
function indented(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value, null, 2);
  } catch {
    return text;
  }
}
