/** What was ordered, what came, what it cost: each number with where it comes from. */
import type { Task } from '@sluice/sdk';
import { Amount, moneyText } from '../../ui/amount.tsx';
import { useNow } from '../../ui/clock.ts';
import { Id } from '../../ui/id.tsx';
import { Fact, Panel } from '../../ui/panel.tsx';
import { bytesText } from '../../ui/player.tsx';
import { Ago, dayText, exactTime, secondsBetween, spanText } from '../../ui/time.tsx';

export function Receipt({ task }: { task: Task }) {
  return (
    <Panel title="Receipt">
      <dl className="grid grid-cols-2 gap-x-5 gap-y-3.5">
        <MoneyFacts task={task} />
        <TimeFacts task={task} />
        <ClipFacts task={task} />
        <Fact name="Task">
          <Id id={task.id} />
        </Fact>
        {Object.entries(task.metadata).map(([name, value]) => (
          <Fact key={name} name={name}>
            <bdi>{value}</bdi>
          </Fact>
        ))}
      </dl>
    </Panel>
  );
}

function MoneyFacts({ task: { charge, held, quote } }: { task: Task }) {
  const { currency, minimum, maximum, unit_price, per, price_sheet, price_date } = quote;
  const range =
    minimum === maximum
      ? moneyText(maximum, currency)
      : `${moneyText(minimum, currency)} to ${moneyText(maximum, currency)}`;
  return (
    <>
      <Fact name={charge ? 'Charged' : held ? 'Held' : 'Charge'}>
        <span className="text-lg font-semibold tracking-tight">
          {charge ? <Amount {...charge} /> : held ? <Amount {...held} /> : 'nothing'}
        </span>
      </Fact>
      <Fact name="Quoted">{range}</Fact>
      <Fact name="Price" className="col-span-2">
        <Amount amount={unit_price} currency={currency} /> per {per}, sheet{' '}
        <span className="font-mono text-[0.93em]">{price_sheet}</span> of {dayText(price_date)}
      </Fact>
    </>
  );
}

function TimeFacts({ task }: { task: Task }) {
  const nowMs = useNow();
  const { created_at, started_at, finished_at, path } = task;
  const waited = secondsBetween(created_at, started_at ?? finished_at, nowMs);
  const rendered = secondsBetween(started_at, finished_at, nowMs);
  return (
    <>
      <Fact name="Ordered">
        <Ago at={created_at} />
      </Fact>
      <Fact name="Path">{path ?? 'not chosen yet'}</Fact>
      <Fact name="Waited">{waited === null ? '–' : spanText(waited)}</Fact>
      <Fact name={finished_at ? 'From slot to stored' : 'Under way for'}>
        {rendered === null ? '–' : spanText(rendered)}
      </Fact>
    </>
  );
}

function ClipFacts({ task }: { task: Task }) {
  const clip = task.assets.find((asset) => asset.kind === 'video');
  const ordered = [
    task.duration !== null && `${task.duration} s`,
    task.quality,
    task.aspect_ratio,
    task.sound === 'off' ? 'silent' : `sound ${task.sound}`,
  ];
  return (
    <>
      <Fact name="Ordered as" className="col-span-2">
        {[task.mode, ...ordered].filter(Boolean).join(' · ')}
      </Fact>
      {clip && (
        <Fact name="Stored as" className="col-span-2">
          {clip.width} × {clip.height}, {clip.duration_seconds?.toFixed(1)} s, {clip.video_codec},{' '}
          {bytesText(clip.bytes)}
          <span className="mt-0.5 block font-mono text-xs text-ink-3" title="SHA-256 of the stored file">
            {clip.sha256.slice(0, 32)}…
          </span>
          {clip.deletes_at && (
            <span className="block text-ink-3">kept until {exactTime(clip.deletes_at)}</span>
          )}
        </Fact>
      )}
      {task.flags.length > 0 && (
        <Fact name="Differs from the order" className="col-span-2 text-warn">
          {task.flags.join(', ')}
        </Fact>
      )}
    </>
  );
}
