/** `sluice.models`, `sluice.quotes`, `sluice.balance`, `sluice.ledger`: what there is and what it costs. */
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Balance,
  CreateGeneration,
  Credits,
  LedgerEntry,
  ListLedgerQuery,
  Model,
  Page,
  Quote,
} from './types.ts';

export function modelsGroup(transport: Transport) {
  return {
    list: (options?: CallOptions): Promise<Page<Model>> =>
      transport.json({ route: routes.listModels }, options),
    get: (id: string, options?: CallOptions): Promise<Model> =>
      transport.json({ route: routes.getModel, id }, options),
  };
}

export function quotesGroup(transport: Transport) {
  return {
    /** What an order would cost, where it would go and when it would end. Books nothing. */
    create: (order: CreateGeneration, options?: CallOptions): Promise<Quote> =>
      transport.json({ route: routes.createQuote, body: order }, options),
  };
}

export function balanceGroup(transport: Transport) {
  return {
    get: (options?: CallOptions): Promise<Balance> => transport.json({ route: routes.getBalance }, options),
    /** The same in the words of the unified API. */
    credits: (options?: CallOptions): Promise<Credits> =>
      transport.json({ route: routes.getCredits }, options),
  };
}

export function ledgerGroup(transport: Transport) {
  const list = (query: ListLedgerQuery = {}, options?: CallOptions): Promise<Page<LedgerEntry>> =>
    transport.json({ route: routes.listLedger, query }, options);
  return {
    /** One page, newest first. */
    list,
    all: (query: Omit<ListLedgerQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<LedgerEntry> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    /** The whole book as a journal for `ledger` and `hledger`, as a stream of UTF-8 bytes. */
    export: async (options?: CallOptions): Promise<ReadableStream<Uint8Array>> => {
      const response = await transport.open({ route: routes.exportLedger, accept: 'text/plain' }, options);
      return response.body ?? new Blob([]).stream();
    },
  };
}

export type Models = ReturnType<typeof modelsGroup>;
export type Quotes = ReturnType<typeof quotesGroup>;
export type BalanceReader = ReturnType<typeof balanceGroup>;
export type Ledger = ReturnType<typeof ledgerGroup>;
