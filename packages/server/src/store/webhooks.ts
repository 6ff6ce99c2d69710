/** Webhook endpoints of an account and the log of what was delivered to them. */
import type { Database } from './database.ts';
import { at } from './sql/statement.ts';
import * as sql from './sql/webhooks.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { DeliveryLogRow, EndpointRow } from './sql/webhooks.ts';

export type NewEndpoint = {
  id: string;
  /** Null: the installation's. */
  accountId: string | null;
  url: string;
  urlSealed: string | null;
  types: readonly string[];
  description: string;
  secretSealed: string;
  format: string;
  leastSeverity: string;
};

export type EndpointChange = {
  /** As it may be shown, with the whole of it where it is a secret. */
  url?: { shown: string; sealed: string | null } | undefined;
  types?: readonly string[] | undefined;
  description?: string | undefined;
  status?: 'enabled' | 'disabled' | undefined;
  format?: string | undefined;
  leastSeverity?: string | undefined;
};

export type NewTest = {
  deliveryId: string;
  eventId: string;
  accountId: string | null;
  endpointId: string;
  url: string;
  format: string;
  data: Record<string, unknown>;
};

export type Replayed =
  | { kind: 'replayed'; delivery: sql.DeliveryLogRow }
  | { kind: 'not_found' }
  /** Its endpoint is disabled or gone. */
  | { kind: 'blocked' };

/** Everywhere `accountId` null means an operator, who reaches every account's. */
export type WebhookStore = {
  insertEndpoint(endpoint: NewEndpoint, nowMs: number): Promise<sql.EndpointRow>;
  findEndpoint(id: string, accountId: string | null): Promise<sql.EndpointRow | null>;
  listEndpoints(page: {
    accountId: string | null;
    installationOnly: boolean;
    before: string | null;
    most: number;
  }): Promise<sql.EndpointRow[]>;
  /** Null: it is not there, or its format is not `format` any more. */
  updateEndpoint(
    id: string,
    accountId: string | null,
    format: string,
    change: EndpointChange,
  ): Promise<sql.EndpointRow | null>;
  deleteEndpoint(id: string, accountId: string | null, nowMs: number): Promise<boolean>;
  rotateSecret(
    id: string,
    accountId: string | null,
    secretSealed: string,
    previousUntilMs: number,
  ): Promise<sql.EndpointRow | null>;
  insertTest(test: NewTest, nowMs: number): Promise<sql.DeliveryLogRow>;
  listDeliveries(page: {
    endpointId: string;
    state: string | null;
    eventType: string | null;
    before: string | null;
    most: number;
  }): Promise<sql.DeliveryLogRow[]>;
  replay(id: string, accountId: string | null, nowMs: number): Promise<Replayed>;
  callbackSecretSealed(accountId: string): Promise<string | null>;
  /** False: there is no such account. */
  rotateCallbackSecret(accountId: string, secretSealed: string, previousUntilMs: number): Promise<boolean>;
};

export function webhookStore(db: Database): WebhookStore {
  return {
    callbackSecretSealed: async (accountId) =>
      firstOf<{ secret: string }>(await db.query(sql.callbackSecret, [accountId]))?.secret ?? null,
    rotateCallbackSecret: async (accountId, secretSealed, previousUntilMs) =>
      rowsOf(await db.query(sql.rotateCallbackSecret, [accountId, secretSealed, at(previousUntilMs)]))
        .length === 1,
    insertEndpoint: async (endpoint, nowMs) => {
      const { id, accountId, url, urlSealed, types, description, secretSealed, format, leastSeverity } =
        endpoint;
      const made = [id, accountId, url, types, description, secretSealed, at(nowMs), format];
      const values = [...made, urlSealed, leastSeverity];
      const row = firstOf<sql.EndpointRow>(await db.query(sql.insertEndpoint, values));
      if (!row) throw new Error('an inserted endpoint comes back');
      return row;
    },
    findEndpoint: async (id, accountId) =>
      firstOf<sql.EndpointRow>(await db.query(sql.findEndpoint, [id, accountId])),
    listEndpoints: async ({ accountId, installationOnly, before, most }) =>
      rowsOf<sql.EndpointRow>(await db.query(sql.listEndpoints, [accountId, before, most, installationOnly])),
    updateEndpoint: async (id, accountId, seenFormat, change) => {
      const {
        url,
        types = null,
        description = null,
        status = null,
        format = null,
        leastSeverity = null,
      } = change;
      const values = [id, accountId, url?.shown ?? null, types, description, status, format, leastSeverity];
      return firstOf<sql.EndpointRow>(
        await db.query(sql.updateEndpoint, [...values, url?.sealed ?? null, seenFormat]),
      );
    },
    deleteEndpoint: async (id, accountId, nowMs) =>
      rowsOf(await db.query(sql.deleteEndpoint, [id, accountId, at(nowMs)])).length === 1,
    rotateSecret: async (id, accountId, secretSealed, previousUntilMs) =>
      firstOf<sql.EndpointRow>(
        await db.query(sql.rotateSecret, [id, accountId, secretSealed, at(previousUntilMs)]),
      ),
    insertTest: async ({ deliveryId, eventId, accountId, endpointId, url, format, data }, nowMs) => {
      const values = [
        deliveryId,
        eventId,
        accountId,
        JSON.stringify(data),
        endpointId,
        url,
        at(nowMs),
        format,
      ];
      const row = firstOf<sql.DeliveryLogRow>(await db.query(sql.insertTest, values));
      if (!row) throw new Error('an inserted delivery comes back');
      return row;
    },
    listDeliveries: async ({ endpointId, state, eventType, before, most }) =>
      rowsOf<sql.DeliveryLogRow>(
        await db.query(sql.listDeliveries, [endpointId, state, before, most, eventType]),
      ),
    replay: (id, accountId, nowMs) =>
      db.transaction(async (tx): Promise<Replayed> => {
        const locked = firstOf<sql.LockedDelivery>(await tx.query(sql.lockDelivery, [id, accountId]));
        if (!locked) return { kind: 'not_found' };
        if (locked.blocked) return { kind: 'blocked' };
        const delivery = firstOf<sql.DeliveryLogRow>(await tx.query(sql.replayDelivery, [id, at(nowMs)]));
        return delivery ? { kind: 'replayed', delivery } : { kind: 'not_found' };
      }),
  };
}
