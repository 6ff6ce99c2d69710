/**
 * The desk: what is being written and what came of it. It is kept for this tab, so that following a link to the
 * receipt and coming back, or a reload, loses neither a long prompt nor the clips that were just made.
 */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSession } from '../../app/session-context.ts';
import { type Draft, fromOrder, newDraft, withModel } from './draft.ts';
import type { PlaygroundSearch } from './search.ts';
import type { Target } from './targets.tsx';

export type Desk = {
  draft: Draft;
  /** What it is compared with. */
  others: readonly Target[];
  /** Ids of the tasks of each press, the newest first. */
  runs: readonly string[][];
};

type Kept = Desk & { who: string; entry: string };

const KEPT_AS = 'sluice-playground';
const RUNS_KEPT = 20;

export function useDesk(
  models: readonly Model[],
  asked: PlaygroundSearch,
  order: CreateGeneration | undefined,
) {
  const { key, version } = useSession();
  // Another version of the console may keep something else.
  const who = `${key.id} ${version}`;
  const entry = useLocation({ select: ({ state }) => state.__TSR_key ?? '' });
  const [desk, setDesk] = useState(() => beginning(models, asked, order, read(who), entry));
  useEffect(() => {
    keep({ ...desk, who, entry });
  }, [desk, who, entry]);
  return [desk, setDesk] as const;
}

/**
 * Coming back to the same place finds it as it was left. A fresh way in begins with what its link names, and with
 * what was written last where it names nothing or only a model.
 */
export function beginning(
  models: readonly Model[],
  { model: wanted }: PlaygroundSearch,
  order: CreateGeneration | undefined,
  kept: Kept | null,
  entry: string,
): Desk {
  const known = (id: string | undefined) => models.find((each) => each.id === id);
  const last = kept && known(kept.draft.model) ? kept : null;
  if (last?.entry === entry) return last;
  const runs = kept?.runs ?? [];
  const ordered = order && known(order.model);
  if (ordered) return { draft: fromOrder(order, ordered), others: [], runs };
  const named = known(wanted);
  if (last) return named ? { draft: withModel(last.draft, named), others: [], runs } : last;
  const model = named ?? models.find(({ modes }) => modes['text-to-video']) ?? models[0];
  if (model === undefined) throw new Error('there is no model');
  return { draft: newDraft(model), others: [], runs };
}

function read(who: string): Kept | null {
  const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? 'null');
  return isKeptBy(who, kept) ? kept : null;
}

function isKeptBy(who: string, kept: unknown): kept is Kept {
  return typeof kept === 'object' && kept !== null && 'who' in kept && kept.who === who;
}

function keep({ draft, runs, ...rest }: Kept): void {
  const kept: Kept = {
    ...rest,
    draft: { ...draft, inputs: lasting(draft.inputs) },
    runs: runs.slice(0, RUNS_KEPT),
  };
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    // Too much for the tab, such as a picture that was given as its bytes: better nothing kept than an older desk.
    sessionStorage.removeItem(KEPT_AS);
  }
}

/** A preview that lives in the page's own memory is gone with the page. */
function lasting(inputs: Draft['inputs']): Draft['inputs'] {
  const without = Object.entries(inputs).map(([role, list]) => [
    role,
    list.map((each) => ({ ...each, preview: each.preview?.startsWith('blob:') ? null : each.preview })),
  ]);
  return Object.fromEntries(without);
}
