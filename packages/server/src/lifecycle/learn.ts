/** What ended attempts teach: how long such a render takes on that path, and how often it fails there. */
import type { Ended, EndedRow, Renders } from '../store/track.ts';

type Render = { row: EndedRow; end: Ended };

export function rendersOf(renders: readonly Render[]): Renders {
  const times = new Map<string, { pathName: string; shape: string; samplesMs: number[] }>();
  const ends = new Map<string, { pathName: string; family: string; outcomes: boolean[] }>();
  for (const { row, end } of renders) {
    const succeeded = row.state === 'succeeded';
    if (succeeded) {
      const { path_name: pathName, shape } = row;
      const known = times.get(`${pathName}\n${shape}`) ?? { pathName, shape, samplesMs: [] };
      known.samplesMs.push(Math.round(end.endedAtMs - row.accepted_at));
      times.set(`${pathName}\n${shape}`, known);
    }
    // What the client asked for may be refused anywhere; only the upstream's own failures speak against it.
    if (!succeeded && !end.rerun) continue;
    const { path_name: pathName, family } = row;
    const known = ends.get(`${pathName}\n${family}`) ?? { pathName, family, outcomes: [] };
    known.outcomes.push(succeeded);
    ends.set(`${pathName}\n${family}`, known);
  }
  return { times: [...times.values()], ends: [...ends.values()] };
}
