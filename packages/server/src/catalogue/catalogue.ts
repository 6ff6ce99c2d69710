/**
 * The catalogue: models, limits, rules and prices as they were read from its data files. Parsing is pure and
 * strict: an unknown key, an unknown fact or a contradiction between files is an error at start, not a
 * surprise at the first order.
 */
import { DossierFile, ModelDefinition, PriceSheet, Prompt } from '@sluice/contract';
import { z } from 'zod';
import type { ModelLookup, ModelMatch } from '../decide/order.ts';
import { checkDossier, refuseContradictions } from './contradictions.ts';
import { DoorNames, refuseBrokenNames } from './doors.ts';

export type CatalogueFile = { name: string; text: string };

export type Catalogue = ModelLookup & {
  sheets: readonly PriceSheet[];
  sheet(id: string): PriceSheet | null;
  /** What is stated in public about a provider; null: nobody has looked. */
  dossier(provider: string): DossierFile | null;
  /** What a door's clients call our models; nothing for a door without a file. */
  door(id: string): DoorNames;
  /** Those that have a file. */
  doors: readonly DoorNames[];
  /** Worked examples for the gallery. */
  prompts: readonly ShippedPrompt[];
  /** A sheet whose source nobody has looked at for longer than this is stale. */
  staleAfterDays: number;
};

const ShippedPrompts = z.array(
  Prompt.pick({ id: true, title: true, note: true, order: true }).extend({
    id: z.string().regex(/^example_[a-z0-9-]{1,60}$/),
  }),
);
export type ShippedPrompt = z.infer<typeof ShippedPrompts>[number];

const Settings = z.strictObject({ stale_after_days: z.int().min(1) });

const KINDS = 'a model, a price sheet, a dossier, a door, prompts.json';

export function loadCatalogue(files: readonly CatalogueFile[]): Catalogue {
  const models: ModelDefinition[] = [];
  const sheets: PriceSheet[] = [];
  const dossiers: DossierFile[] = [];
  const doors: DoorNames[] = [];
  let prompts: ShippedPrompt[] = [];
  let settings: z.infer<typeof Settings> | null = null;
  for (const file of files) {
    const [folder, name] = splitName(file.name);
    if (folder === 'models') models.push(parseFile(file, ModelDefinition, name));
    else if (folder === 'prices') sheets.push(parseFile(file, PriceSheet, name));
    else if (folder === 'dossiers') dossiers.push(parseFile(file, DossierFile, name));
    else if (folder === 'doors') doors.push(parseFile(file, DoorNames, name));
    else if (file.name === 'prompts.json') prompts = parseFile(file, ShippedPrompts, null);
    else if (file.name === 'settings.json') settings = parseFile(file, Settings, null);
    else throw new Error(`catalogue: ${file.name} is neither ${KINDS} nor settings.json`);
  }
  if (settings === null) throw new Error('catalogue: settings.json is missing');
  refuseContradictions(models, sheets);
  for (const dossier of dossiers) checkDossier(dossier);
  models.sort((a, b) => (a.id < b.id ? -1 : 1));
  sheets.sort((a, b) => (a.id < b.id ? -1 : 1));
  const byName = matchesByName(models);
  const byId = new Map(sheets.map((sheet) => [sheet.id, sheet]));
  const model = (nameOrAlias: string) => byName.get(nameOrAlias) ?? null;
  refuseBrokenNames(doors, { models, model });
  refuseStrangeModels(prompts, model);
  return {
    models,
    sheets,
    model,
    doors,
    door: (id) => doors.find((door) => door.id === id) ?? { id, models: [] },
    sheet: (id) => byId.get(id) ?? null,
    prompts,
    dossier: (provider) => dossiers.find(({ id }) => id === provider) ?? null,
    staleAfterDays: settings.stale_after_days,
  };
}

function refuseStrangeModels(prompts: readonly ShippedPrompt[], model: ModelLookup['model']): void {
  for (const { id, order } of prompts) {
    if (model(order.model) === null)
      throw new Error(`catalogue: ${id} is for an unknown model ${order.model}`);
  }
}

/** Whole days since a person last looked at the source of this sheet; 0 for a date in the future. */
export function ageDays(sheet: Pick<PriceSheet, 'source'>, nowMs: number): number {
  const reviewedMs = Date.parse(`${sheet.source.reviewed_on}T00:00:00Z`);
  return Math.max(0, Math.floor((nowMs - reviewedMs) / 86_400_000));
}

export function isStale(
  sheet: Pick<PriceSheet, 'source'>,
  catalogue: Pick<Catalogue, 'staleAfterDays'>,
  nowMs: number,
): boolean {
  return ageDays(sheet, nowMs) > catalogue.staleAfterDays;
}

function splitName(path: string): [folder: string, name: string] {
  const match = /^(models|prices|dossiers|doors)\/([^/]+)\.json$/.exec(path);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

function parseFile<Value>(file: CatalogueFile, shape: z.ZodType<Value>, id: string | null): Value {
  let json: unknown;
  try {
    json = JSON.parse(file.text);
  } catch (cause) {
    throw new Error(`catalogue: ${file.name} is not JSON`, { cause });
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) throw new Error(`catalogue: ${file.name}: ${z.prettifyError(parsed.error)}`);
  if (id !== null && z.object({ id: z.literal(id) }).safeParse(json).success === false) {
    throw new Error(`catalogue: ${file.name} must have the id ${id}`);
  }
  return parsed.data;
}

function matchesByName(models: readonly ModelDefinition[]): ReadonlyMap<string, ModelMatch> {
  const matches = new Map<string, ModelMatch>();
  for (const model of models) {
    matches.set(model.id, { model, impliedMode: null, imageUrls: 'references' });
    for (const alias of model.aliases) {
      matches.set(alias.name, {
        model,
        impliedMode: alias.mode ?? null,
        imageUrls: alias.image_urls ?? 'references',
      });
    }
  }
  return matches;
}
