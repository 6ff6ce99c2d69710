/**
 * Every operation of the API as the client sees it: where it is, and what a repeat of it would do. A test
 * compares this table with the contract, so neither can grow an operation that the other lacks.
 */
import type { OperationId } from './types.ts';

/**
 * What happens when a request reaches the gateway twice.
 * safe: the same as once (reads, and writes that set a state).
 * keyed: the same as once, because the gateway honours our Idempotency-Key.
 * once: a second thing is made (a second plan, a second test event), so a lost answer is not repeated.
 */
export type Repeat = 'safe' | 'keyed' | 'once';

export type Route = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  repeat: Repeat;
};

const get = (path: string): Route => ({ method: 'GET', path, repeat: 'safe' });
const patch = (path: string): Route => ({ method: 'PATCH', path, repeat: 'safe' });
const remove = (path: string): Route => ({ method: 'DELETE', path, repeat: 'safe' });
const post = (path: string, repeat: Repeat): Route => ({ method: 'POST', path, repeat });

export const routes = {
  createGeneration: post('/v1/videos/generations', 'keyed'),
  createBatch: post('/v1/tasks/batch', 'keyed'),
  listTasks: get('/v1/tasks'),
  exportTasks: get('/v1/tasks/export'),
  getTask: get('/v1/tasks/{id}'),
  // A second cancel of the same task finds it cancelled or cancelling: nothing more happens.
  cancelTask: post('/v1/tasks/{id}/cancel', 'safe'),
  getTimeline: get('/v1/tasks/{id}/timeline'),
  listExchanges: get('/v1/tasks/{id}/exchanges'),
  getTaskOrder: get('/v1/tasks/{id}/order'),
  streamTaskEvents: get('/v1/tasks/{id}/events'),
  streamEvents: get('/v1/events'),
  getActivity: get('/v1/activity'),

  listModels: get('/v1/models'),
  getModel: get('/v1/models/{id}'),
  // Asks a price; books nothing.
  createQuote: post('/v1/quotes', 'safe'),

  getAsset: get('/v1/assets/{id}'),
  deleteAsset: remove('/v1/assets/{id}'),
  // A second upload stores the same bytes again under another id: wasteful, harmless, and it expires.
  uploadFile: post('/v1/files', 'safe'),
  getFile: get('/v1/files/{id}'),
  deleteFile: remove('/v1/files/{id}'),

  getSigningSecret: get('/v1/signing-secret'),

  getBalance: get('/v1/balance'),
  getCredits: get('/v1/credits'),
  listLedger: get('/v1/ledger'),
  exportLedger: get('/v1/ledger/export'),
  getCheckoutTerms: get('/v1/checkout-terms'),
  // A second one is a second page to pay on; whoever pays pays on one.
  createCheckout: post('/v1/checkouts', 'once'),
  listCheckouts: get('/v1/checkouts'),
  getCheckout: get('/v1/checkouts/{id}'),

  listEndpoints: get('/v1/webhooks'),
  createEndpoint: post('/v1/webhooks', 'keyed'),
  getEndpoint: get('/v1/webhooks/{id}'),
  updateEndpoint: patch('/v1/webhooks/{id}'),
  deleteEndpoint: remove('/v1/webhooks/{id}'),
  getCallbackSecret: get('/v1/callback-secret'),
  rotateCallbackSecret: post('/v1/callback-secret/rotate', 'keyed'),
  rotateEndpointSecret: post('/v1/webhooks/{id}/rotate', 'keyed'),
  testEndpoint: post('/v1/webhooks/{id}/test', 'once'),
  listDeliveries: get('/v1/webhooks/{id}/deliveries'),
  replayDelivery: post('/v1/deliveries/{id}/replay', 'once'),

  listAccounts: get('/v1/accounts'),
  createAccount: post('/v1/accounts', 'keyed'),
  getAccount: get('/v1/accounts/{id}'),
  updateAccount: patch('/v1/accounts/{id}'),
  // Money is booked under its own reference as well: repeating a reference changes nothing.
  topUpAccount: post('/v1/accounts/{id}/topups', 'keyed'),
  adjustAccount: post('/v1/accounts/{id}/adjustments', 'keyed'),
  listKeys: get('/v1/keys'),
  createKey: post('/v1/keys', 'keyed'),
  updateKey: patch('/v1/keys/{id}'),
  revokeKey: remove('/v1/keys/{id}'),
  listPaths: get('/v1/paths'),
  listProviders: get('/v1/providers'),
  createPath: post('/v1/paths', 'keyed'),
  getPath: get('/v1/paths/{id}'),
  updatePath: patch('/v1/paths/{id}'),
  // A free call to the vendor.
  checkPath: post('/v1/paths/{id}/check', 'safe'),
  listLimitChanges: get('/v1/paths/{id}/limits'),
  getPathStatement: get('/v1/paths/{id}/statement'),
  listPriceSheets: get('/v1/prices'),
  createPriceSheet: post('/v1/prices', 'keyed'),
  listUnknownAttempts: get('/v1/attempts/unknown'),
  resolveAttempt: post('/v1/attempts/{id}/resolve', 'once'),
  // A second sign-in by key makes a second session, which ends by itself; a link works once.
  createSession: post('/v1/session', 'once'),
  getSession: get('/v1/session'),
  deleteSession: remove('/v1/session'),
  createSignInLink: post('/v1/session/links', 'once'),
  getGate: get('/v1/gate'),
  getSpend: get('/v1/spend'),
  getStatement: get('/v1/statements'),
  exportStatement: get('/v1/statements/export'),
  listMembers: get('/v1/members'),
  createMember: post('/v1/members', 'keyed'),
  updateMember: patch('/v1/members/{id}'),
  removeMember: remove('/v1/members/{id}'),
  listAlerts: get('/v1/alerts'),
  getAlertSettings: get('/v1/alerts/settings'),
  updateAlertSettings: patch('/v1/alerts/settings'),
  listPrompts: get('/v1/prompts'),
  createPrompt: post('/v1/prompts', 'keyed'),
  deletePrompt: remove('/v1/prompts/{id}'),
  getSystem: get('/v1/system'),
  rotateSigningKey: post('/v1/system/signing-keys/rotate', 'safe'),
  confirmSystem: post('/v1/system/confirm', 'safe'),

  // A second plan costs the gateway time, and nothing else; both are in the list.
  createPlan: post('/v1/plans', 'once'),
  listPlans: get('/v1/plans'),
  getPlan: get('/v1/plans/{id}'),
  getPlanReport: get('/v1/plans/{id}/report'),
  deletePlan: remove('/v1/plans/{id}'),
  getDossier: get('/v1/paths/{id}/dossier'),
  setFact: post('/v1/paths/{id}/facts', 'keyed'),
  listFacts: get('/v1/paths/{id}/facts'),
  getMeasures: get('/v1/paths/{id}/measures'),
  getPromises: get('/v1/promises'),
  // A plan orders nothing. A start counts once: a repeat under another key is refused.
  planVerification: post('/v1/paths/{id}/verifications', 'keyed'),
  listVerifications: get('/v1/paths/{id}/verifications'),
  getVerification: get('/v1/verifications/{id}'),
  startVerification: post('/v1/verifications/{id}/start', 'keyed'),
  stopVerification: post('/v1/verifications/{id}/stop', 'safe'),
  // Nothing is stored.
  createComparison: post('/v1/comparisons', 'safe'),
} satisfies Record<OperationId, Route>;

/** `/v1/tasks/{id}` and `task_1` to `/v1/tasks/task_1`; an id can never climb out of its segment. */
export function pathOf(route: Route, id?: string): string {
  if (!route.path.includes('{id}')) return route.path;
  if (!id || id === '.' || id === '..') throw new TypeError(`an id is needed for ${route.path}`);
  return route.path.replace('{id}', encodeURIComponent(id));
}
