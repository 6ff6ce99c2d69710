/** What is known of access paths: dossiers, your own statements, and comparisons for a mix of orders. */
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  CompareRequest,
  Comparison,
  Dossier,
  FactChange,
  FactName,
  MeasuresWindow,
  Page,
  PathMeasures,
  SetFact,
} from './types.ts';

/** Beside the other calls on a path. */
export function evidenceOfPath(transport: Transport) {
  return {
    /** What is known of a path, or of a provider that you have no path to. */
    dossier: (name: string, options?: CallOptions): Promise<Dossier> =>
      transport.json({ route: routes.getDossier, id: name }, options),
    /** States a fact of your own contract or account; your earlier statement stays in the history. */
    setFact: (name: string, fact: SetFact, options?: CallOptions): Promise<FactChange> =>
      transport.json({ route: routes.setFact, id: name, body: fact }, options),
    /** What its own traffic shows; of the last week when unset. */
    measures: (
      name: string,
      query: { window?: MeasuresWindow | undefined } = {},
      options?: CallOptions,
    ): Promise<PathMeasures> => transport.json({ route: routes.getMeasures, id: name, query }, options),
    facts: (
      name: string,
      query: { fact?: FactName | undefined } = {},
      options?: CallOptions,
    ): Promise<Page<FactChange>> => transport.json({ route: routes.listFacts, id: name, query }, options),
  };
}

export function comparisonsGroup(transport: Transport) {
  return {
    create: (request: CompareRequest, options?: CallOptions): Promise<Comparison> =>
      transport.json({ route: routes.createComparison, body: request }, options),
  };
}
