/** What is known of access paths, and how it is compared: dossiers, facts, measures, comparisons, verifications. */
import * as comparison from './comparison.ts';
import * as dossier from './dossier.ts';
import * as measures from './measures.ts';
import { INPUT, json, list, type Operation, PageQuery } from './operation.ts';
import * as promises from './promises.ts';
import * as verification from './verification.ts';

export const evidenceOperations = {
  getDossier: evidence('get', '/v1/paths/{id}/dossier', 'What is known of a path, by whom and how sure', {
    description: 'By the five things to verify and the price. `{id}` may also be a provider without a path.',
    response: json(dossier.Dossier, 'The dossier.'),
  }),
  setFact: evidence('post', '/v1/paths/{id}/facts', 'State a fact of your own contract or account', {
    body: dossier.SetFact,
    response: json(dossier.FactChange, 'The statement.', 201),
    idempotent: 'answer',
  }),
  listFacts: evidence('get', '/v1/paths/{id}/facts', 'History of the statements on a path, newest first', {
    query: dossier.FactHistoryQuery,
    response: json(list(dossier.FactChange, 'FactChangeList'), 'Your statements and what was measured.'),
  }),
  getMeasures: evidence('get', '/v1/paths/{id}/measures', 'What a path’s own traffic shows', {
    description:
      'Of attempts that ended in the window: the newest 20,000 at most, and `from` says since when.',
    query: measures.MeasuresQuery,
    response: json(measures.PathMeasures, 'The measures.'),
  }),
  getPromises: evidence('get', '/v1/promises', 'How often told ends came true', {
    description:
      'Of orders in the window: the newest 20,000 at most, and `from` says since when. Each was told a range for its ' +
      'start and its end when it was accepted.',
    query: promises.PromisesQuery,
    response: json(promises.Promises, 'Overall, and by path, family and what the range was based on.'),
  }),
  createComparison: evidence('post', '/v1/comparisons', 'Compare paths and vendors for a mix of orders', {
    description:
      'Works without any traffic, by what is declared, and gets better with each job. Nothing is stored.',
    body: comparison.CompareRequest,
    response: json(comparison.Comparison, 'The comparison.'),
  }),
  planVerification: evidence(
    'post',
    '/v1/paths/{id}/verifications',
    'Plan a verification of a path, with its worst case',
    {
      description:
        'Orders nothing. The worst case is by the price list of the path, and never above the budget.',
      body: verification.PlanVerification,
      response: json(verification.Verification, 'The plan, to be agreed to.', 201),
      idempotent: 'answer',
    },
  ),
  listVerifications: evidence(
    'get',
    '/v1/paths/{id}/verifications',
    'Verifications of a path, newest first',
    {
      query: PageQuery,
      response: json(list(verification.Verification, 'VerificationList'), 'A page of verifications.'),
    },
  ),
  getVerification: evidence(
    'get',
    '/v1/verifications/{id}',
    'Read a verification: its steps, findings and facts',
    {
      response: json(verification.Verification, 'The verification.'),
    },
  ),
  startVerification: evidence('post', '/v1/verifications/{id}/start', 'Agree to the worst case and start', {
    description:
      'It orders paid clips, in the name of the person who agrees. One of a path is under way at a time; it goes on ' +
      'after a restart, and stops at its budget.',
    body: verification.StartVerification,
    response: json(verification.Verification, 'The verification.', 202),
    idempotent: 'answer',
  }),
  stopVerification: evidence('post', '/v1/verifications/{id}/stop', 'Stop a verification', {
    description:
      'What waits is cancelled; what the vendor has accepted is rendered and paid. A link watch ends.',
    response: json(verification.Verification, 'The verification.', 202),
  }),
} satisfies Record<string, Operation>;

function evidence<
  M extends Operation['method'],
  P extends string,
  R extends Pick<Operation, 'body' | 'query' | 'response' | 'description' | 'idempotent'>,
>(method: M, path: P, summary: string, rest: R) {
  const errors: Operation['errors'] = [
    ...(rest.body ? INPUT : []),
    ...(rest.query ? (['invalid_input'] as const) : []),
    ...(path.endsWith('/verifications') && rest.body ? (['no_price', 'no_route'] as const) : []),
    'forbidden',
    'not_found',
    'conflict',
  ];
  return { method, path, tag: 'Evidence', summary, access: 'operator' as const, errors, ...rest };
}
