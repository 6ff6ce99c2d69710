/** What reading an order needs from the catalogue; `catalogue/catalogue.ts` provides it. */
import type { Mode, ModelDefinition } from '@sluice/contract';

export type ModelMatch = {
  model: ModelDefinition;
  /** The mode that the name says, when a client used a name of another API. */
  impliedMode: Mode | null;
  /** How `image_urls` is read under this name. */
  imageUrls: 'references' | 'frames';
};

export type ModelLookup = {
  models: readonly ModelDefinition[];
  model(nameOrAlias: string): ModelMatch | null;
};
