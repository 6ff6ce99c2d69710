/** What an adapter declares, as statements: typed once, in the adapter, where the exam holds it to its word. */
import type { Source } from '@sluice/contract';
import type { z } from 'zod';
import type { Abilities } from '../../providers/contract.ts';
import type { Guarantee } from '../../providers/guarantee.ts';
import type { Statement } from '../dossier.ts';

export type AdapterFacts = {
  abilities: Abilities;
  guarantee: Pick<Guarantee, 'level' | 'text'>;
  credentialFields: number;
  models: readonly string[];
  source: z.infer<typeof Source>;
};

export function adapterFacts({ abilities, source, ...adapter }: AdapterFacts): Statement[] {
  const { level, text } = adapter.guarantee;
  const fields = adapter.credentialFields === 1 ? 'one credential field' : 'a few credential fields';
  const state = (
    fact: Statement['fact'],
    value: Statement['value'],
    unit: string | null = null,
  ): Statement => ({
    fact,
    value,
    unit,
    scope: {},
    grade: value === null ? 'unknown' : 'declared',
    origin: 'adapter',
    source,
    reviewedBy: 'the adapter',
    note: null,
  });
  return [
    state('adapter', `An adapter comes with Sluice: ${fields}, no code`),
    state('models_covered', adapter.models.length === 0 ? null : adapter.models.join(', ').slice(0, 500)),
    state('overload_behaviour', OVERLOAD[abilities.slotModel]),
    state('status_query', queryWords(abilities)),
    state('callback_signature', SIGNATURE[abilities.callbackAuth]),
    state('cancel', CANCEL[abilities.cancel]),
    state('idempotency', idempotencyWords(abilities)),
    state('lost_answer', `${level}: ${text}`.slice(0, 500)),
    state('failed_work_billed', abilities.billsOnFailure),
  ];
}

const OVERLOAD: Record<Abilities['slotModel'], string> = {
  rejects: 'Refuses what is above the limit; nothing is created',
  queues: 'Queues what is above the limit',
};

const SIGNATURE: Record<Abilities['callbackAuth'], string> = {
  none: 'Not signed',
  token: 'Not signed over the body; an address with a secret token stands in for it',
  hmac: 'HMAC over the body',
  ed25519: 'Ed25519 over the body, with published keys',
};

const CANCEL: Record<Abilities['cancel'], string> = {
  none: 'Not possible: what was accepted runs to its end and is billed',
  before_start: 'Possible until it starts',
  any: 'Possible also while it runs',
};

function queryWords({ batchQuery, list }: Abilities): string {
  const size = batchQuery === 1 ? 'one task in a query' : `up to ${batchQuery} tasks in a query`;
  return `Polled, ${size}${list ? '; tasks can be listed by time' : ''}`;
}

function idempotencyWords({ clientKey, duplicateKeyRefused }: Abilities): string {
  const refused = duplicateKeyRefused ? '; a repeated key is refused' : '';
  switch (clientKey) {
    case 'idempotent':
      return 'A repeat under our key is the same task';
    case 'query':
      return `A task can be asked for by our own key${refused}`;
    case 'correlate':
      return 'No key: only a callback ties a task to our order';
    case 'none':
      return 'No key of ours is known upstream';
  }
}
