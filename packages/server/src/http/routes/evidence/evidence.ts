/** Operations on what is known of paths: dossiers, facts, comparisons. */
import { compare } from '../../../lifecycle/evidence/compare.ts';
import { dossierNamed, factHistory, setFact } from '../../../lifecycle/evidence/dossiers.ts';
import { pathMeasures, windowHours } from '../../../lifecycle/evidence/measures.ts';
import { promises } from '../../../lifecycle/evidence/promises.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { factView } from '../../views/fact.ts';

export const evidenceHandlers: Pick<
  Handlers,
  'getDossier' | 'setFact' | 'listFacts' | 'getMeasures' | 'getPromises' | 'createComparison'
> = {
  getDossier: async ({ context, params }) => {
    const dossier = await dossierNamed(context, params.id);
    return dossier ? ok(dossier) : notFound;
  },
  setFact: async ({ context, caller, params, body }) => {
    const answer = await setFact(context, caller.keyId, params.id, body);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(factView(answer.row));
  },
  listFacts: async ({ context, params, query }) => {
    const rows = await factHistory(context, params.id, query.fact ?? null);
    return rows ? ok({ object: 'list', data: rows.map(factView), next_cursor: null }) : notFound;
  },
  getMeasures: async ({ context, params, query }) => {
    const measures = await pathMeasures(context, params.id, windowHours[query.window]);
    return measures ? ok(measures) : notFound;
  },
  getPromises: async ({ context, query }) => ok(await promises(context, windowHours[query.window])),
  createComparison: async ({ context, body }) => {
    const answer = await compare(context, body);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(answer.comparison);
  },
};
