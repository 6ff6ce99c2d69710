/** What is known of access paths: dossiers, your own statements, verifications, and comparisons for a mix of orders. */
import { type Clock, platformClock } from './clock.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  CompareRequest,
  Comparison,
  Dossier,
  FactChange,
  FactName,
  LimitChange,
  MeasuresWindow,
  Page,
  PathMeasures,
  PlanVerification,
  Promises,
  SetFact,
  StartVerification,
  Verification,
} from './types.ts';
import type { PageQuery } from './webhooks.ts';

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
    /** How its limits changed, newest first; in the last week when unset. */
    limitChanges: (
      name: string,
      query: { window?: MeasuresWindow | undefined } = {},
      options?: CallOptions,
    ): Promise<Page<LimitChange>> =>
      transport.json({ route: routes.listLimitChanges, id: name, query }, options),
    facts: (
      name: string,
      query: { fact?: FactName | undefined } = {},
      options?: CallOptions,
    ): Promise<Page<FactChange>> => transport.json({ route: routes.listFacts, id: name, query }, options),
  };
}

const LOOK_MS = 1_000;

export type VerificationWaitOptions = CallOptions & {
  onProgress?: ((verification: Verification) => void) | undefined;
  clock?: Clock | undefined;
};

/** Paid clips for evidence: planned with a worst case, agreed to, carried out by the gateway. */
export function verificationsGroup(transport: Transport) {
  const list = (path: string, query: PageQuery = {}, options?: CallOptions): Promise<Page<Verification>> =>
    transport.json({ route: routes.listVerifications, id: path, query }, options);
  const get = (id: string, options?: CallOptions): Promise<Verification> =>
    transport.json({ route: routes.getVerification, id }, options);
  return {
    /** Orders nothing. */
    plan: (path: string, wish: PlanVerification, options?: CallOptions): Promise<Verification> =>
      transport.json({ route: routes.planVerification, id: path, body: wish }, options),
    list,
    get,
    /** Reads it until nothing more is ordered; a link may be watched for days after that. */
    wait: async (id: string, options: VerificationWaitOptions = {}): Promise<Verification> => {
      const { onProgress, clock = platformClock, ...call } = options;
      for (;;) {
        const verification = await get(id, call);
        onProgress?.(verification);
        const { state } = verification;
        if (state !== 'running' && state !== 'stopping') return verification;
        await clock.sleep(LOOK_MS, call.signal ?? undefined);
      }
    },
    /** With the plan's own worst case; another figure is refused. */
    start: (id: string, agreed: StartVerification, options?: CallOptions): Promise<Verification> =>
      transport.json({ route: routes.startVerification, id, body: agreed }, options),
    stop: (id: string, options?: CallOptions): Promise<Verification> =>
      transport.json({ route: routes.stopVerification, id }, options),
  };
}

/** How often told ends came true, over all paths; of the last week when unset. */
export function promisesGroup(transport: Transport) {
  return {
    get: (query: { window?: MeasuresWindow | undefined } = {}, options?: CallOptions): Promise<Promises> =>
      transport.json({ route: routes.getPromises, query }, options),
  };
}

export function comparisonsGroup(transport: Transport) {
  return {
    create: (request: CompareRequest, options?: CallOptions): Promise<Comparison> =>
      transport.json({ route: routes.createComparison, body: request }, options),
  };
}
