import { type Operation, operations } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { pathOf, type Route, routes } from './routes.ts';
import { createSluice } from './sluice.ts';
import type { OperationId } from './types.ts';

const contract: [string, Operation][] = Object.entries<Operation>(operations);

describe('the table of routes', () => {
  test('has the operations of the contract, no more and no fewer', () => {
    expect(Object.keys(routes).sort()).toEqual(Object.keys(operations).sort());
  });

  test.each(contract)('%s is where the contract says', (id, operation) => {
    const route: Route = routes[id as OperationId];
    expect({ method: route.method.toLowerCase(), path: route.path }).toEqual({
      method: operation.method,
      path: operation.path,
    });
  });

  // When the contract lets another create honour the key, this fails until the client uses it.
  test('relies on the Idempotency-Key exactly where the contract honours it', () => {
    const honoured = contract.filter(([, operation]) => operation.idempotent).map(([id]) => id);
    const keyed = Object.entries<Route>(routes).filter(([, route]) => route.repeat === 'keyed');
    expect(keyed.map(([id]) => id).sort()).toEqual(honoured.sort());
  });
});

describe('every operation can be reached through the client', () => {
  const seen: { method: string; url: string; body: unknown }[] = [];
  let stop = new AbortController();
  const sluice = createSluice({
    baseUrl: 'http://gateway.test',
    apiKey: 'sk-sluice-test',
    fetch: async (url, init) => {
      seen.push({ method: init.method ?? '', url, body: init.body });
      if (url.endsWith('/events')) stop.abort();
      return new Response('{}', { headers: { 'content-type': 'application/json' } });
    },
  });
  const order = { model: 'kling-3.0' };
  const money = { amount: '5', reference: 'r' };
  const calls: Record<OperationId, () => Promise<unknown>> = {
    createGeneration: () => sluice.tasks.create(order),
    createBatch: () => sluice.tasks.batch([order]),
    listTasks: () => sluice.tasks.list(),
    getTask: () => sluice.tasks.get('x'),
    cancelTask: () => sluice.tasks.cancel('x'),
    getTimeline: () => sluice.tasks.timeline('x'),
    listExchanges: () => sluice.tasks.exchanges('x'),
    getActivity: () => sluice.activity.get(),
    getTaskOrder: () => sluice.tasks.order('x'),
    streamTaskEvents: () => sluice.tasks.stream('x', { signal: stop.signal }).next(),
    streamEvents: () => sluice.events.stream({ signal: stop.signal }).next(),
    listModels: () => sluice.models.list(),
    getModel: () => sluice.models.get('x'),
    createQuote: () => sluice.quotes.create(order),
    getAsset: () => sluice.assets.download('x'),
    deleteAsset: () => sluice.assets.delete('x'),
    uploadFile: () => sluice.files.upload(new Uint8Array(4), { contentType: 'image/png' }),
    getFile: () => sluice.files.get('x'),
    deleteFile: () => sluice.files.delete('x'),
    getBalance: () => sluice.balance.get(),
    listLedger: () => sluice.ledger.list(),
    exportTasks: () => sluice.tasks.export({ stage: 'failed' }),
    exportLedger: () => sluice.ledger.export(),
    getCheckoutTerms: () => sluice.checkouts.terms(),
    createCheckout: () => sluice.checkouts.create({ amount: '25' }),
    listCheckouts: () => sluice.checkouts.list(),
    getCheckout: () => sluice.checkouts.get('x'),
    listEndpoints: () => sluice.webhooks.list(),
    createEndpoint: () => sluice.webhooks.create({ url: 'https://hooks.example.com' }),
    getEndpoint: () => sluice.webhooks.get('x'),
    updateEndpoint: () => sluice.webhooks.update('x', { status: 'disabled' }),
    deleteEndpoint: () => sluice.webhooks.delete('x'),
    getCallbackSecret: () => sluice.webhooks.callbackSecret(),
    rotateCallbackSecret: () => sluice.webhooks.rotateCallbackSecret(),
    rotateEndpointSecret: () => sluice.webhooks.rotate('x'),
    testEndpoint: () => sluice.webhooks.test('x'),
    listDeliveries: () => sluice.webhooks.deliveries('x'),
    replayDelivery: () => sluice.webhooks.replay('x'),
    listAccounts: () => sluice.accounts.list(),
    createAccount: () => sluice.accounts.create({ name: 'a' }),
    getAccount: () => sluice.accounts.get('x'),
    updateAccount: () => sluice.accounts.update('x', { weight: 2 }),
    topUpAccount: () => sluice.accounts.topUp('x', money),
    adjustAccount: () => sluice.accounts.adjust('x', { ...money, note: 'n' }),
    getCredits: () => sluice.balance.credits(),
    getSigningSecret: () => sluice.keys.signingSecret(),
    listKeys: () => sluice.keys.list(),
    createKey: () => sluice.keys.create({ name: 'k' }),
    updateKey: () => sluice.keys.update('x', { budget: '5' }),
    revokeKey: () => sluice.keys.revoke('x'),
    listPaths: () => sluice.paths.list(),
    listProviders: () => sluice.paths.providers(),
    createPath: () => sluice.paths.create({ name: 'p', provider: 'kling', credential: {} }),
    getPath: () => sluice.paths.get('x'),
    updatePath: () => sluice.paths.update('x', { state: 'paused' }),
    checkPath: () => sluice.paths.check('x'),
    getPathStatement: () => sluice.paths.statement('x'),
    listPriceSheets: () => sluice.prices.list(),
    createPriceSheet: () =>
      sluice.prices.create({ id: 's', source: { name: 'contract', reviewed_on: '2026-10-01' } }),
    listUnknownAttempts: () => sluice.attempts.unknown(),
    resolveAttempt: () => sluice.attempts.resolve('x', { outcome: 'never_accepted', reason: 'r' }),
    createSession: () => sluice.session.create({ api_key: 'k' }),
    getSession: () => sluice.session.get(),
    deleteSession: () => sluice.session.end(),
    createSignInLink: () => sluice.session.createLink(),
    getGate: () => sluice.gate.get(),
    getSpend: () => sluice.spend.get(),
    getStatement: () => sluice.spend.statement({ month: '2026-11' }),
    exportStatement: () => sluice.spend.exportStatement({ month: '2026-11' }),
    listMembers: () => sluice.members.list(),
    createMember: () => sluice.members.create({ name: 'a', email: 'a@example.com', role: 'viewer' }),
    updateMember: () => sluice.members.update('x', { role: 'owner' }),
    removeMember: () => sluice.members.remove('x'),
    listAlerts: () => sluice.alerts.list(),
    getAlertSettings: () => sluice.alerts.settings(),
    updateAlertSettings: () => sluice.alerts.updateSettings({ wallet_hours: 12 }),
    listPrompts: () => sluice.prompts.list(),
    createPrompt: () => sluice.prompts.create({ title: 't', order: { model: 'kling-3.0' } }),
    deletePrompt: () => sluice.prompts.delete('x'),
    createPlan: () =>
      sluice.plans.create({
        workload: { kind: 'described', tasks_per_hour: 1, mix: [{ model: 'kling-3.0' }] },
      }),
    listPlans: () => sluice.plans.list(),
    getPlan: () => sluice.plans.get('x'),
    getPlanReport: () => sluice.plans.report('x'),
    deletePlan: () => sluice.plans.delete('x'),
    getSystem: () => sluice.system.get(),
    rotateSigningKey: () => sluice.system.rotateSigningKey(),
    confirmSystem: () => sluice.system.confirm(),
    getDossier: () => sluice.paths.dossier('x'),
    setFact: () =>
      sluice.paths.setFact('x', { fact: 'callbacks', value: true, source: { name: 's' }, reviewed_by: 'r' }),
    listFacts: () => sluice.paths.facts('x'),
    getMeasures: () => sluice.paths.measures('x'),
    getPromises: () => sluice.promises.get(),
    listLimitChanges: () => sluice.paths.limitChanges('x'),
    planVerification: () => sluice.verifications.plan('x', { budget: '5' }),
    listVerifications: () => sluice.verifications.list('x'),
    getVerification: () => sluice.verifications.get('x'),
    startVerification: () => sluice.verifications.start('x', { confirmed_by: 'Ana', worst_case: '5' }),
    stopVerification: () => sluice.verifications.stop('x'),
    createComparison: () => sluice.comparisons.create({ mix: [{ model: 'kling-3.0', count: 1 }] }),
  };

  test.each(contract)('%s', async (id, operation) => {
    seen.length = 0;
    stop = new AbortController();
    await calls[id as OperationId]();
    const [first] = seen.map((each) => ({ ...each, url: each.url.replace(/\?.*$/, '') }));
    expect(first).toMatchObject({
      method: operation.method.toUpperCase(),
      url: `http://gateway.test${operation.path.replace('{id}', 'x')}`,
    });
    expect(first?.body !== undefined).toBe(operation.body !== undefined);
  });
});

describe('ids in addresses', () => {
  test('cannot climb out of their segment', () => {
    expect(pathOf(routes.getTask, '../keys')).toBe('/v1/tasks/..%2Fkeys');
    expect(pathOf(routes.getTask, 'a?b#c')).toBe('/v1/tasks/a%3Fb%23c');
  });

  test.each(['', '.', '..', undefined])('%j is refused', (id) => {
    expect(() => pathOf(routes.getTask, id)).toThrow(TypeError);
  });
});
