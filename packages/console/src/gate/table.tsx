/** The gate as a table: the same snapshot for whoever does not see the picture. */
import type { Gate } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { useNow } from '../ui/clock.ts';
import { spanText } from '../ui/time.tsx';
import { restingWord, waitingIn } from './gate.tsx';

export function GateTable({ snapshot, links }: { snapshot: Gate; links: boolean }) {
  const nowMs = useNow();
  return (
    <>
      <table className="w-full text-left [&_td]:py-1 [&_td]:pr-4 [&_th]:pr-4 [&_th]:font-medium">
        <caption className="sr-only">Slots by path and family</caption>
        <thead className="text-ink-3">
          <tr>
            <th scope="col">Path</th>
            <th scope="col">Family</th>
            <th scope="col">Busy</th>
            <th scope="col">Slots</th>
            <th scope="col">Answer lost</th>
            <th scope="col">Late</th>
            <th scope="col">Oldest</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {snapshot.paths.flatMap((path) =>
            path.families.map((family) => (
              <tr key={`${path.name} ${family.family}`}>
                <td>{path.name}</td>
                <td>{family.family}</td>
                <td>{family.occupied}</td>
                <td>{family.effective}</td>
                <td>{family.unknown}</td>
                <td>{family.slots.filter(({ late }) => late).length}</td>
                <td>
                  {family.oldest_since === null
                    ? 'none'
                    : spanText((nowMs - Date.parse(family.oldest_since)) / 1_000)}
                </td>
                <td>{path.state === 'active' && path.health === 'ok' ? 'open' : restingWord(path)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
      <p className="mt-3">
        {snapshot.queue.length === 0
          ? 'Nobody waits.'
          : snapshot.queue.map((queue) => `${waitingIn(queue)} wait for ${queue.family}`).join(', ')}
      </p>
      {links && snapshot.finished.length > 0 && (
        <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1">
          {snapshot.finished.map((clip) => (
            <li key={clip.task_id}>
              <Link to="/tasks/$id" params={{ id: clip.task_id }} className="text-accent underline">
                {clip.task_id.slice(-6)}
              </Link>{' '}
              {clip.copy}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
