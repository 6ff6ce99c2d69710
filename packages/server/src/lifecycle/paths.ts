/**
 * The access paths as the stages see them: row, provider, opened credential and price sheet, refreshed from the
 * store.
 */
import type { PriceSheet } from '@sluice/contract';
import { z } from 'zod';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type HealthState, type PathHealth, stricter } from '../decide/health.ts';
import type { Secrets } from '../effects/secrets/secrets.ts';
import type { PathContext, Provider } from '../providers/contract.ts';
import { providerById } from '../providers/registry.ts';
import type { PathRow } from '../store/paths.ts';
import type { Store } from '../store/store.ts';
import { linkLifeOf } from './evidence/terms.ts';

export type AccessPath = {
  name: string;
  provider: Provider;
  row: PathRow;
  sheet: PriceSheet | null;
  /** How long its result links live, by its dossier; null: nobody knows. */
  linkLifeSeconds: number | null;
  context(nowMs: number): PathContext;
  /** With a credential before the present one; null: it is not kept, or the vendor has just refused it. */
  formerContext(version: number, nowMs: number): PathContext | null;
};

export type PathDirectory = {
  /** Reads the paths again when the last reading is older than a second, or when `force` is set. */
  refresh(nowMs: number, force?: boolean): Promise<void>;
  all(): readonly AccessPath[];
  byName(name: string): AccessPath | null;
};

const REFRESH_MS = 1_000;
/** A refusal may pass, so an earlier credential is tried again then. */
const REFUSED_FOR_MS = 600_000;
const Fields = z.record(z.string(), z.string());

export function pathHealth({ row }: Pick<AccessPath, 'row'>): HealthState<PathHealth> {
  return {
    health: row.health,
    untilMs: row.health_until,
    strikes: row.health_strikes,
    detail: row.health_detail,
  };
}

/** Of a model family there: what rests the path rests all of them. */
export function healthFor(path: Pick<AccessPath, 'row'>, family: string, nowMs: number): HealthState {
  const rest = path.row.resting.find((each) => each.family === family);
  if (!rest) return pathHealth(path);
  const { until_ms: untilMs, strikes, detail } = rest;
  return stricter(pathHealth(path), { health: 'model_refused', untilMs, strikes, detail }, nowMs);
}

export function credentialContext(pathName: string): string {
  return `path:${pathName}`;
}

export function pathDirectory(
  store: Pick<Store, 'paths' | 'facts'>,
  secrets: Secrets,
  catalogue: Catalogue,
): PathDirectory {
  let paths = new Map<string, AccessPath>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let opened = new Map<string, Record<string, string>>();

  function open(pathName: string, sealed: string): Record<string, string> {
    return opened.get(sealed) ?? Fields.parse(JSON.parse(secrets.open(sealed, credentialContext(pathName))));
  }

  /** What is no longer in the rows is not kept in memory either. */
  function openAll(rows: readonly PathRow[]): Map<string, Record<string, string>> {
    return new Map(
      rows.flatMap(({ name, credential_sealed: present, former }) =>
        [present, ...former.map(({ sealed }) => sealed)].map(
          (sealed) => [sealed, open(name, sealed)] as const,
        ),
      ),
    );
  }

  return {
    refresh: async (nowMs, force = false) => {
      // Either way: a clock that was set back must not make it last for ever.
      if (!force && Math.abs(nowMs - readAtMs) < REFRESH_MS) return;
      const [rows, overlays, lives] = await Promise.all([
        store.paths.listPaths(),
        store.paths.listPriceSheets(),
        store.facts.currentOf('result_link_life'),
      ]);
      const sheets = new Map(overlays.map((sheet) => [sheet.id, sheet]));
      opened = openAll(rows);
      paths = new Map();
      for (const row of rows) {
        const provider = providerById(row.provider);
        if (!provider) continue;
        const sheet =
          row.price_sheet === null ? null : (sheets.get(row.price_sheet) ?? catalogue.sheet(row.price_sheet));
        const { name, base_url: baseUrl, settings, credential_sealed: present } = row;
        const opening = (sealed: string, atMs: number): PathContext => {
          return { name, baseUrl, credential: open(name, sealed), settings, nowMs: atMs };
        };
        const context = (atMs: number) => opening(present, atMs);
        const formerContext = (version: number, atMs: number): PathContext | null => {
          const former = row.former.find((each) => each.version === version);
          const refused = former?.refused_at_ms != null && atMs - former.refused_at_ms < REFUSED_FOR_MS;
          return former && !refused ? opening(former.sealed, atMs) : null;
        };
        const stated = lives.filter((fact) => fact.path_name === name);
        const linkLifeSeconds = linkLifeOf(catalogue, provider.id, stated, nowMs);
        paths.set(name, { name, provider, row, sheet, linkLifeSeconds, context, formerContext });
      }
      readAtMs = nowMs;
    },
    all: () => [...paths.values()],
    byName: (name) => paths.get(name) ?? null,
  };
}
