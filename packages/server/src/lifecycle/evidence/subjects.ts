/** Whom there is to know something about: the paths that are set up, and providers that nobody has a path to. */
import type { PriceSheet } from '@sluice/contract';
import type { PathContext, Provider } from '../../providers/contract.ts';
import { guaranteeOf } from '../../providers/guarantee.ts';
import { providers } from '../../providers/registry.ts';
import type { PathRow } from '../../store/paths.ts';
import type { Context } from '../context.ts';
import { newestSheet } from '../operate/paths.ts';

export type Subject = {
  name: string;
  kind: 'path' | 'vendor';
  provider: Provider;
  row: PathRow | null;
  sheet: PriceSheet | null;
  guarantee: ReturnType<typeof guaranteeOf>;
  context(nowMs: number): PathContext;
};

/** All paths, whatever their state, then the providers that no path leads to, each in its own order. */
export async function subjectsOf(context: Context): Promise<Subject[]> {
  await context.paths.refresh(context.clock.now(), true);
  const paths = context.paths.all().map(
    ({ name, provider, row, sheet, context: at }): Subject => ({
      name,
      kind: 'path',
      provider,
      row,
      sheet,
      guarantee: guaranteeOf(provider.abilities, row.lost_answer),
      context: at,
    }),
  );
  const reached = new Set(paths.filter(({ row }) => !row?.sandbox).map(({ provider }) => provider.id));
  const known = ({ id }: Provider) => context.catalogue.dossier(id)?.sample_path !== undefined;
  const vendors = providers.filter((provider) => !reached.has(provider.id) && known(provider));
  return [...paths, ...vendors.map((provider) => vendorOf(context, provider))];
}

/** A provider as a path of the plainest kind would see it. */
function vendorOf(context: Context, provider: Provider): Subject {
  const { id: name } = provider;
  const sample = context.catalogue.dossier(provider.id)?.sample_path;
  const { credential = {}, settings = {}, base_url: baseUrl = provider.defaultBaseUrl } = sample ?? {};
  return {
    name,
    kind: 'vendor',
    provider,
    row: null,
    sheet: newestSheet(context, provider),
    guarantee: guaranteeOf(provider.abilities),
    context: (nowMs) => ({ name, baseUrl, credential, settings, nowMs }),
  };
}

export async function subjectNamed(context: Context, name: string): Promise<Subject | null> {
  const subjects = await subjectsOf(context);
  return subjects.find((each) => each.name === name && each.kind === 'path') ?? vendorNamed(context, name);
}

function vendorNamed(context: Context, name: string): Subject | null {
  const provider = providers.find(({ id }) => id === name);
  return provider ? vendorOf(context, provider) : null;
}
