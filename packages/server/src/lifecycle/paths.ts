/**
 * The access paths as the stages see them: row, provider, opened credential and price sheet, refreshed from the
 * store.
 */
import type { PriceSheet } from '@sluice/contract';
import { z } from 'zod';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Secrets } from '../effects/secrets/secrets.ts';
import type { PathContext, Provider } from '../providers/contract.ts';
import { providerById } from '../providers/registry.ts';
import type { PathRow, PathStore } from '../store/paths.ts';

export type AccessPath = {
  name: string;
  provider: Provider;
  row: PathRow;
  sheet: PriceSheet | null;
  context(nowMs: number): PathContext;
};

export type PathDirectory = {
  /** Reads the paths again when the last reading is older than a second, or when `force` is set. */
  refresh(nowMs: number, force?: boolean): Promise<void>;
  all(): readonly AccessPath[];
  byName(name: string): AccessPath | null;
};

const REFRESH_MS = 1_000;
const Fields = z.record(z.string(), z.string());

export function credentialContext(pathName: string): string {
  return `path:${pathName}`;
}

export function pathDirectory(store: PathStore, secrets: Secrets, catalogue: Catalogue): PathDirectory {
  let paths = new Map<string, AccessPath>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const opened = new Map<string, Record<string, string>>();

  function open(row: PathRow): Record<string, string> {
    const known = opened.get(row.credential_sealed);
    if (known) return known;
    const credential = Fields.parse(
      JSON.parse(secrets.open(row.credential_sealed, credentialContext(row.name))),
    );
    opened.set(row.credential_sealed, credential);
    return credential;
  }

  return {
    refresh: async (nowMs, force = false) => {
      if (!force && nowMs - readAtMs < REFRESH_MS) return;
      const [rows, overlays] = await Promise.all([store.listPaths(), store.listPriceSheets()]);
      const sheets = new Map(overlays.map((sheet) => [sheet.id, sheet]));
      paths = new Map();
      for (const row of rows) {
        const provider = providerById(row.provider);
        if (!provider) continue;
        const sheet =
          row.price_sheet === null ? null : (sheets.get(row.price_sheet) ?? catalogue.sheet(row.price_sheet));
        const credential = open(row);
        const { name, base_url: baseUrl, settings } = row;
        const context = (atMs: number): PathContext => ({ name, baseUrl, credential, settings, nowMs: atMs });
        paths.set(name, { name, provider, row, sheet, context });
      }
      readAtMs = nowMs;
    },
    all: () => [...paths.values()],
    byName: (name) => paths.get(name) ?? null,
  };
}
