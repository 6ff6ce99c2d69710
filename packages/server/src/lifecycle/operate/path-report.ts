/** What there is to know about each path: its row, its slots, what it can do, and what it promises on a lost answer. */
import { type Guarantee, guaranteeOf } from '../../providers/guarantee.ts';
import type { PathRow } from '../../store/paths.ts';
import type { SlotRow } from '../../store/stats.ts';
import type { Context } from '../context.ts';
import type { AccessPath } from '../paths.ts';
import { sampleOrders } from './sample-orders.ts';

export type PathReport = {
  row: PathRow;
  slots: readonly SlotRow[];
  guarantee: Pick<Guarantee, 'level' | 'text'>;
  models: readonly string[];
  /** Attempts under way, by the version of the credential before the present that they were sent with. */
  needs: ReadonlyMap<number, number>;
};

export async function pathReports(context: Context, name: string | null = null): Promise<PathReport[]> {
  await context.paths.refresh(context.clock.now(), true);
  const [slots, needs] = await Promise.all([
    context.store.stats.slots(),
    context.store.paths.formerCredentialNeeds(),
  ]);
  return context.paths
    .all()
    .filter((path) => name === null || path.name === name)
    .map((path) => ({
      row: path.row,
      slots: slots.filter((row) => row.path_name === path.name),
      guarantee: guaranteeOf(path.provider.abilities, path.row.lost_answer),
      models: modelsOf(context, path),
      needs: new Map(
        needs.filter((row) => row.path_name === path.name).map((row) => [row.version, row.attempts]),
      ),
    }));
}

/** Models of which the path can do at least the plainest order of one mode. */
export function modelsOf(context: Context, path: Pick<AccessPath, 'provider' | 'context'>): string[] {
  const at = path.context(context.clock.now());
  return context.catalogue.models
    .filter((model) => sampleOrders(model).some((order) => path.provider.supports(order, at).ok))
    .map((model) => model.id);
}
