/** Spending, members, alerts and prompts. */
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  AccountStatement,
  Alert,
  AlertSettings,
  CreateMember,
  CreatePrompt,
  Deleted,
  ListAlertsQuery,
  Member,
  Page,
  Prompt,
  Spend,
  SpendQuery,
  StatementMonthQuery,
  UpdateAlertSettings,
  UpdateMember,
} from './types.ts';

export function spendGroup(transport: Transport) {
  return {
    /** Sums of the ledger by day, model, path or key. */
    get: (query: SpendQuery = {}, options?: CallOptions): Promise<Spend> =>
      transport.json({ route: routes.getSpend, query }, options),
    /** The statement of a month. */
    statement: (query: StatementMonthQuery, options?: CallOptions): Promise<AccountStatement> =>
      transport.json({ route: routes.getStatement, query }, options),
    /** Its lines as CSV, as a stream of UTF-8 bytes. */
    exportStatement: async (
      query: StatementMonthQuery,
      options?: CallOptions,
    ): Promise<ReadableStream<Uint8Array>> => {
      const call = { route: routes.exportStatement, query, accept: 'text/csv' };
      const response = await transport.open(call, options);
      return response.body ?? new Blob([]).stream();
    },
  };
}

export function membersGroup(transport: Transport) {
  return {
    list: (options?: CallOptions): Promise<Page<Member>> =>
      transport.json({ route: routes.listMembers }, options),
    /** Then give them a way in: `session.createLink({ member: id })`. */
    create: (member: CreateMember, options?: CallOptions): Promise<Member> =>
      transport.json({ route: routes.createMember, body: member }, options),
    update: (id: string, change: UpdateMember, options?: CallOptions): Promise<Member> =>
      transport.json({ route: routes.updateMember, id, body: change }, options),
    /** Ends their sessions as well. */
    remove: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.removeMember, id }, options),
  };
}

export function alertsGroup(transport: Transport) {
  return {
    /** What needs a person now, critical first; or, by pages, what did and is over. */
    list: (query: ListAlertsQuery = {}, options?: CallOptions): Promise<Page<Alert>> =>
      transport.json({ route: routes.listAlerts, query }, options),
    /** When an alert is one: of the key's account, or, for operators, of the installation. */
    settings: (options?: CallOptions): Promise<AlertSettings> =>
      transport.json({ route: routes.getAlertSettings }, options),
    updateSettings: (change: UpdateAlertSettings, options?: CallOptions): Promise<AlertSettings> =>
      transport.json({ route: routes.updateAlertSettings, body: change }, options),
  };
}

export function promptsGroup(transport: Transport) {
  return {
    list: (options?: CallOptions): Promise<Page<Prompt>> =>
      transport.json({ route: routes.listPrompts }, options),
    create: (prompt: CreatePrompt, options?: CallOptions): Promise<Prompt> =>
      transport.json({ route: routes.createPrompt, body: prompt }, options),
    delete: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.deletePrompt, id }, options),
  };
}
