/** Everything that is stated about a path, from all the places where it stands; decide/dossier.ts weighs it. */
import { decimalFromMicros } from '@sluice/contract';
import { z } from 'zod';
import { adapterFacts } from '../../decide/dossier/adapter-facts.ts';
import type { Statement } from '../../decide/dossier.ts';
import type { FactRow } from '../../store/facts.ts';
import type { SlotRow } from '../../store/stats.ts';
import type { Context } from '../context.ts';
import { modelsOf } from '../operate/path-report.ts';
import { StoredWallet } from '../operate/wallet.ts';
import type { DeliveredPrice } from './measures.ts';
import type { Subject } from './subjects.ts';
import { shippedFacts, statedFact } from './terms.ts';

export type Stated = {
  rows: readonly FactRow[];
  slots: readonly SlotRow[];
  /** By path. */
  delivered: ReadonlyMap<string, DeliveredPrice>;
};

export function statementsOf(context: Context, subject: Subject, stated: Stated): Statement[] {
  const { rows, slots } = stated;
  const file = context.catalogue.dossier(subject.provider.id);
  const source = file?.adapter_source ?? { name: 'the adapter of Sluice', reviewed_on: NEVER };
  const declared = adapterFacts({
    abilities: subject.provider.abilities,
    guarantee: subject.guarantee,
    credentialFields: credentialFields(subject),
    models: modelsOf(context, subject),
    source,
  });
  const own = subject.row === null ? [] : rows.filter((row) => row.path_name === subject.name);
  return [
    ...own.map(statedFact),
    ...walletFacts(subject),
    ...limitFacts(subject, slots),
    ...deliveredFacts(context, subject, stated),
    ...priceFacts(context, subject),
    ...shippedFacts(context.catalogue, subject.provider.id),
    ...declared,
  ];
}

const NEVER = '1970-01-01';

function credentialFields({ provider: { credential } }: Subject): number {
  return credential instanceof z.ZodObject ? Object.keys(credential.shape).length : 2;
}

/** What the account's own wallet says, read by API: newer and nearer than any document. */
function walletFacts({ row }: Subject): Statement[] {
  const stored = StoredWallet.safeParse(row?.wallet);
  if (!row || !stored.success || row.wallet_read_at === null) return [];
  const source = { name: 'The wallet of your account, read by API', reviewed_on: dateOf(row.wallet_read_at) };
  const told = { scope: {}, origin: 'measured', source, reviewedBy: 'the gateway', note: null } as const;
  const packs = stored.data.packs.filter(({ concurrency }) => concurrency !== null);
  const most = Math.max(0, ...packs.map(({ concurrency }) => concurrency ?? 0));
  return [
    {
      ...told,
      fact: 'balance_readable',
      value: stored.data.remainingMicros !== null,
      unit: null,
      grade: 'measured',
    },
    ...(most === 0
      ? []
      : [{ ...told, fact: 'concurrency_limit', value: most, unit: 'tasks', grade: 'declared' } as const]),
  ];
}

/** What the operator set, and what refusals taught. A limit that was never hit teaches nothing about the vendor. */
function limitFacts({ row, name }: Subject, slots: readonly SlotRow[]): Statement[] {
  if (!row) return [];
  const own = slots.filter((slot) => slot.path_name === name);
  const learned = own.flatMap(({ family, learned: limit, refusals, last_refusal_at: atMs }): Statement[] =>
    limit === null || refusals === 0 || atMs === null
      ? []
      : [
          {
            fact: 'concurrency_limit',
            value: limit,
            unit: 'tasks',
            scope: { model: family },
            grade: 'measured',
            origin: 'measured',
            source: { name: 'Refusals in your own traffic', reviewed_on: dateOf(atMs) },
            reviewedBy: 'the gateway',
            note: `Refused ${refusals} times; the limit follows what was really accepted.`,
          },
        ],
  );
  return learned;
}

/** What a second that came has really cost: no price list tells what failed, was begun again or came too late. */
function deliveredFacts({ clock }: Context, { row, name }: Subject, { delivered }: Stated): Statement[] {
  const price = row && delivered.get(name);
  if (!price) return [];
  const seconds = Math.round(price.seconds * 10) / 10;
  return [
    {
      fact: 'delivered_price',
      value: decimalFromMicros(price.perSecondMicros),
      unit: 'USD',
      scope: {},
      grade: 'measured',
      origin: 'measured',
      source: { name: 'Your own traffic of 30 days, by the books', reviewed_on: dateOf(clock.now()) },
      reviewedBy: 'the gateway',
      note: `${price.cost} USD for ${seconds} s that came, of it ${price.wasted} USD for what delivered nothing.`,
    },
  ];
}

function priceFacts(context: Context, { sheet, provider }: Subject): Statement[] {
  if (sheet === null) return [];
  const shipped = context.catalogue.sheet(sheet.id) !== null;
  const told = {
    scope: {},
    grade: sheet.grade,
    origin: shipped ? 'shipped' : 'yours',
    source: sheet.source,
    reviewedBy: shipped ? 'Sluice maintainers' : 'your team',
    note: null,
  } as const;
  const perUnit: Statement = { ...told, fact: 'price_unit', value: sheet.unit_price.amount, unit: 'USD' };
  const lines = sheet.entries.length;
  return [
    {
      ...told,
      fact: 'price_list',
      value: `${sheet.id}, valid from ${sheet.valid_from}, ${lines} lines in ${sheet.unit}`,
      unit: null,
    },
    ...(sheet.unit === 'USD' ? [] : [{ ...perUnit, note: `One ${sheet.unit} of ${provider.name}.` }]),
    ...(sheet.bills_failures === null
      ? []
      : [{ ...told, fact: 'failed_work_billed', value: sheet.bills_failures, unit: null } as const]),
  ];
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
