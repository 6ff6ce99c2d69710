/** The queue before the gate: a bar for each account, in the order in which the scheduler lets them in. */
import type { Gate } from '@sluice/sdk';
import { tintOf } from './tint.ts';

const SHOWN_MOST = 8;

export function Queue({ queue }: { queue: Gate['queue'] }) {
  const lanes = queue.flatMap(({ family, lanes: each }) => each.map((lane) => ({ ...lane, family })));
  const shown = lanes.slice(0, SHOWN_MOST);
  const most = Math.max(1, ...lanes.map((lane) => lane.waiting));
  const hidden = lanes.slice(SHOWN_MOST);
  const others = queue.reduce(
    (sum, each) => ({
      accounts: sum.accounts + each.others.accounts,
      waiting: sum.waiting + each.others.waiting,
    }),
    { accounts: hidden.length, waiting: hidden.reduce((sum, lane) => sum + lane.waiting, 0) },
  );
  if (shown.length === 0 && others.waiting === 0) return <p className="text-ink-3">Nobody waits.</p>;
  return (
    <ol className="grid gap-2">
      {shown.map((lane) => (
        <li key={`${lane.family} ${lane.account}`}>
          <p className="flex justify-between gap-2 text-[0.93rem]">
            <bdi className="truncate">{lane.name}</bdi>
            <span className="text-ink-2">
              {lane.waiting}
              {lane.more && '+'}
            </span>
          </p>
          <span
            className="mt-0.5 block h-1.5 min-w-1.5 rounded-full transition-[width] duration-300"
            style={{ width: `${(lane.waiting / most) * 100}%`, background: tintOf(lane.account) }}
          />
        </li>
      ))}
      {others.waiting > 0 && (
        <li className="text-[0.93rem] text-ink-3">
          {others.waiting} more of {others.accounts} other {others.accounts === 1 ? 'account' : 'accounts'}
        </li>
      )}
    </ol>
  );
}
