/** What operators do: accounts, keys, access paths, prices, lost answers, the installation itself. */
import { evidenceOfPath } from './evidence.ts';
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Account,
  Adjustment,
  CreateAccount,
  CreateKey,
  CreatePath,
  Deleted,
  Key,
  KeyWithSecret,
  MoneyMovement,
  Page,
  Path,
  PathCheck,
  PathStatement,
  PriceOverlay,
  PriceSheet,
  Provider,
  ResolveAttempt,
  SigningKeyList,
  SigningSecret,
  SystemStatus,
  Timeline,
  TopUp,
  UnknownAttempt,
  UpdateAccount,
  UpdateKey,
  UpdatePath,
} from './types.ts';
import type { PageQuery } from './webhooks.ts';

/** `since`: an ISO time; a day ago when unset. */
export type StatementQuery = PageQuery & { since?: string | undefined };

export type KeysQuery = PageQuery & { account?: string | undefined };

export function accountsGroup(transport: Transport) {
  const list = (query: PageQuery = {}, options?: CallOptions): Promise<Page<Account>> =>
    transport.json({ route: routes.listAccounts, query }, options);
  return {
    list,
    all: (query: Omit<PageQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Account> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    create: (account: CreateAccount, options?: CallOptions): Promise<Account> =>
      transport.json({ route: routes.createAccount, body: account }, options),
    get: (id: string, options?: CallOptions): Promise<Account> =>
      transport.json({ route: routes.getAccount, id }, options),
    update: (id: string, change: UpdateAccount, options?: CallOptions): Promise<Account> =>
      transport.json({ route: routes.updateAccount, id, body: change }, options),
    /** Books money received. Repeating a `reference` changes nothing. */
    topUp: (id: string, topUp: TopUp, options?: CallOptions): Promise<MoneyMovement> =>
      transport.json({ route: routes.topUpAccount, id, body: topUp }, options),
    /** Books a correction, positive or negative, with its reason. */
    adjust: (id: string, adjustment: Adjustment, options?: CallOptions): Promise<MoneyMovement> =>
      transport.json({ route: routes.adjustAccount, id, body: adjustment }, options),
  };
}

export function keysGroup(transport: Transport) {
  const list = (query: KeysQuery = {}, options?: CallOptions): Promise<Page<Key>> =>
    transport.json({ route: routes.listKeys, query }, options);
  return {
    list,
    all: (query: Omit<KeysQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Key> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    /** The answer holds the key itself, shown this once. */
    create: (key: CreateKey, options?: CallOptions): Promise<KeyWithSecret> =>
      transport.json({ route: routes.createKey, body: key }, options),
    update: (id: string, change: UpdateKey, options?: CallOptions): Promise<Key> =>
      transport.json({ route: routes.updateKey, id, body: change }, options),
    revoke: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.revokeKey, id }, options),
    /** The pair that the key of this client signs tokens with, for Kling's older clients. */
    signingSecret: (options?: CallOptions): Promise<SigningSecret> =>
      transport.json({ route: routes.getSigningSecret }, options),
  };
}

/** A path's id is its name. */
export function pathsGroup(transport: Transport) {
  return {
    list: (options?: CallOptions): Promise<Page<Path>> =>
      transport.json({ route: routes.listPaths }, options),
    /** What a path can be of, and what its credential is made of. */
    providers: (options?: CallOptions): Promise<Page<Provider>> =>
      transport.json({ route: routes.listProviders }, options),
    create: (path: CreatePath, options?: CallOptions): Promise<Path> =>
      transport.json({ route: routes.createPath, body: path }, options),
    get: (name: string, options?: CallOptions): Promise<Path> =>
      transport.json({ route: routes.getPath, id: name }, options),
    update: (name: string, change: UpdatePath, options?: CallOptions): Promise<Path> =>
      transport.json({ route: routes.updatePath, id: name, body: change }, options),
    /** Asks the vendor, by a free call, whether the credential is good and what is left. */
    check: (name: string, options?: CallOptions): Promise<PathCheck> =>
      transport.json({ route: routes.checkPath, id: name }, options),
    /** Our cost of each ended attempt beside what the upstream states for it; costs nothing to ask. */
    statement: (name: string, query: StatementQuery = {}, options?: CallOptions): Promise<PathStatement> =>
      transport.json({ route: routes.getPathStatement, id: name, query }, options),
    ...evidenceOfPath(transport),
  };
}

export function pricesGroup(transport: Transport) {
  return {
    list: (options?: CallOptions): Promise<Page<PriceSheet>> =>
      transport.json({ route: routes.listPriceSheets }, options),
    create: (sheet: PriceOverlay, options?: CallOptions): Promise<PriceSheet> =>
      transport.json({ route: routes.createPriceSheet, body: sheet }, options),
  };
}

export function attemptsGroup(transport: Transport) {
  return {
    /** Attempts whose submit answer was lost and that are still being looked up. */
    unknown: (options?: CallOptions): Promise<Page<UnknownAttempt>> =>
      transport.json({ route: routes.listUnknownAttempts }, options),
    /** Decides one by hand; the reason is recorded. */
    resolve: (id: string, verdict: ResolveAttempt, options?: CallOptions): Promise<Timeline> =>
      transport.json({ route: routes.resolveAttempt, id, body: verdict }, options),
  };
}

export function systemGroup(transport: Transport) {
  return {
    get: (options?: CallOptions): Promise<SystemStatus> =>
      transport.json({ route: routes.getSystem }, options),
    /** A new key for webhooks that are checked by a published one; it signs in a day. */
    rotateSigningKey: (options?: CallOptions): Promise<SigningKeyList> =>
      transport.json({ route: routes.rotateSigningKey }, options),
    /** Ends the quarantine of a restored copy. */
    confirm: (options?: CallOptions): Promise<SystemStatus> =>
      transport.json({ route: routes.confirmSystem }, options),
  };
}
