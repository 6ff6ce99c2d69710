/** What operators do: accounts, money by hand, paths, prices, lost answers, the installation itself. */
import * as accounts from './accounts.ts';
import { INPUT, json, list, type Operation, PageQuery } from './operation.ts';
import * as paths from './paths.ts';
import * as tasks from './tasks.ts';

export const operatorOperations = {
  listAccounts: operator('get', '/v1/accounts', 'List accounts', {
    query: PageQuery,
    response: json(list(accounts.Account, 'AccountList'), 'Accounts.'),
  }),
  createAccount: operator('post', '/v1/accounts', 'Create an account', {
    body: accounts.CreateAccount,
    response: json(accounts.Account, 'The account.', 201),
    idempotent: 'answer',
  }),
  getAccount: operator('get', '/v1/accounts/{id}', 'Read an account', {
    response: json(accounts.Account, 'The account.'),
  }),
  updateAccount: operator('patch', '/v1/accounts/{id}', 'Change an account', {
    body: accounts.UpdateAccount,
    response: json(accounts.Account, 'The account.'),
  }),
  topUpAccount: operator('post', '/v1/accounts/{id}/topups', 'Book money received', {
    body: accounts.TopUp,
    response: json(accounts.MoneyMovement, 'The booking and the new balance.', 201),
    idempotent: 'answer',
  }),
  adjustAccount: operator('post', '/v1/accounts/{id}/adjustments', 'Book a correction', {
    body: accounts.Adjustment,
    response: json(accounts.MoneyMovement, 'The booking and the new balance.', 201),
    idempotent: 'answer',
  }),
  listPaths: operator('get', '/v1/paths', 'List access paths with slots, limits and guarantee', {
    response: json(list(paths.Path, 'PathList'), 'Paths.'),
  }),
  listProviders: operator('get', '/v1/providers', 'List the providers that a path can be of', {
    response: json(list(paths.ProviderView, 'ProviderList'), 'Providers.'),
  }),
  createPath: operator('post', '/v1/paths', 'Add an access path', {
    body: paths.CreatePath,
    response: json(paths.Path, 'The path.', 201),
    idempotent: 'answer',
  }),
  getPath: operator('get', '/v1/paths/{id}', 'Read a path', { response: json(paths.Path, 'The path.') }),
  updatePath: operator('patch', '/v1/paths/{id}', 'Change limits, prices, credential or state of a path', {
    description: 'paused: admits nothing. draining: admits nothing and finishes what runs. active: works.',
    body: paths.UpdatePath,
    response: json(paths.Path, 'The path.'),
  }),
  checkPath: operator('post', '/v1/paths/{id}/check', 'Check credential and wallet by a free call', {
    response: json(paths.PathCheck, 'The result.'),
  }),
  listLimitChanges: operator(
    'get',
    '/v1/paths/{id}/limits',
    'How the limits of a path changed, newest first',
    {
      description:
        'Of the window: the newest 2,000 changes; and of each family the last one before it, which says what held ' +
        'then. Kept for 90 days.',
      query: paths.LimitHistoryQuery,
      response: json(list(paths.LimitChange, 'LimitChangeList'), 'Changes of learned and configured limits.'),
    },
  ),
  getPathStatement: operator(
    'get',
    '/v1/paths/{id}/statement',
    'Compare our costs with what the upstream states',
    {
      description: 'Asks the upstream about attempts that ended, newest first, by its free status query.',
      query: paths.StatementQuery,
      response: json(paths.PathStatement, 'Line by line.'),
    },
  ),
  listPriceSheets: operator('get', '/v1/prices', 'List price sheets with dates, sources and staleness', {
    response: json(list(paths.PriceSheetView, 'PriceSheetList'), 'Price sheets.'),
  }),
  createPriceSheet: operator('post', '/v1/prices', 'Add a price sheet of your own contract', {
    body: paths.PriceOverlay,
    response: json(paths.PriceSheetView, 'The sheet.', 201),
    idempotent: 'answer',
  }),
  listUnknownAttempts: operator('get', '/v1/attempts/unknown', 'Attempts whose submit answer was lost', {
    response: json(list(paths.UnknownAttempt, 'UnknownAttemptList'), 'Attempts.'),
  }),
  resolveAttempt: operator('post', '/v1/attempts/{id}/resolve', 'Decide an unknown attempt by hand', {
    body: paths.ResolveAttempt,
    response: json(tasks.Timeline, 'The timeline of its task.'),
  }),
  getSystem: operator('get', '/v1/system', 'State of the installation', {
    response: json(paths.SystemStatus, 'The state.'),
  }),
  rotateSigningKey: operator(
    'post',
    '/v1/system/signing-keys/rotate',
    'New key for webhooks that are checked by it',
    {
      description: 'It is published now and signs in a day, when every receiver can know it.',
      response: json(accounts.SigningKeyList, 'The published keys.'),
    },
  ),
  confirmSystem: operator('post', '/v1/system/confirm', 'End the quarantine of a restored copy', {
    response: json(paths.SystemStatus, 'The state.'),
  }),
} satisfies Record<string, Operation>;

function operator<
  M extends Operation['method'],
  P extends string,
  R extends Pick<Operation, 'body' | 'query' | 'response' | 'description' | 'idempotent'>,
>(method: M, path: P, summary: string, rest: R) {
  const errors: Operation['errors'] = [...(rest.body ? INPUT : []), 'forbidden', 'not_found', 'conflict'];
  return { method, path, tag: 'Operator', summary, access: 'operator' as const, errors, ...rest };
}
