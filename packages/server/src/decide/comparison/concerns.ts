/** What speaks against a candidate, by check, in sentences: read from its dossier, never from its name. */
import type { Check, Dossier, FactName, FactValue } from '@sluice/contract';
import { amountOf, durationText } from '../dossier/values.ts';
import type { PeakFit } from './peak.ts';

export type Concerns = Record<Check, string[]>;

export type Judged = {
  dossier: Dossier;
  guaranteeLevel: 'L1' | 'L2' | 'L3' | 'L4';
  callbackAuth: 'none' | 'token' | 'hmac' | 'ed25519';
  cancel: 'none' | 'before_start' | 'any';
  fit: PeakFit;
  /** Why it cannot do parts of the mix. */
  missing: readonly string[];
  sheetStale: boolean;
  listPerSecondMicros: bigint | null;
  deliveredPerSecondMicros: bigint | null;
};

/** An outage of our own storage that long happens; a link that dies earlier takes clips with it. */
const LINK_LIFE_LEAST_SECONDS = 24 * 3600;
/** In hundredths: what failures may add to the list price before it is said. */
const EXTRA_PERCENT_MOST = 5n;

export function concernsOf(judged: Judged, peak: number | null): Concerns {
  const value = (fact: FactName) => standingValue(judged.dossier, fact);
  return {
    balance: balanceConcerns(value),
    throughput: throughputConcerns(judged.fit, value('concurrency_limit'), peak),
    integration: value('models_covered') === null ? ['Which models it serves is not known.'] : [],
    async: asyncConcerns(judged, value('callbacks')),
    retention: retentionConcerns(value('result_link_life')),
    price: priceConcerns(judged, value('failed_work_billed')),
  };
}

export function standingValue(dossier: Dossier, fact: FactName): FactValue {
  for (const { facts } of dossier.checks) {
    const found = facts.find((each) => each.fact === fact);
    if (found) return found.standing?.value ?? null;
  }
  return null;
}

function balanceConcerns(value: (fact: FactName) => FactValue): string[] {
  const deposit = value('deposit_minimum');
  const micros = amountOf(deposit);
  return [
    ...(deposit === null ? ['The smallest deposit is not stated.'] : []),
    ...(micros !== null && micros > 0n ? [`A deposit of at least ${deposit} USD is due.`] : []),
    ...(value('approval_required') === true ? ['Production use needs an approval.'] : []),
    ...(value('approval_required') === null ? ['Whether an approval is needed is not stated.'] : []),
    ...(value('prepaid_required') === true && value('balance_readable') !== true
      ? ['Work stops when the prepaid balance is used up, and the balance cannot be read by API.']
      : []),
  ];
}

function throughputConcerns(fit: PeakFit, limit: FactValue, peak: number | null): string[] {
  if (limit === null || fit.kind === 'unknown') {
    return ['No limit of tasks at once is stated: it must be asked for or measured before launch.'];
  }
  switch (fit.kind) {
    case 'below':
      return [`At most ${fit.most.text} at once, and your peak needs ${peak}.`];
    case 'on_a_plan':
      return [`Your peak of ${peak} needs ${fit.by.text}: ${fit.below.text} are too few.`];
    case 'carries':
    case 'not_asked':
      return [];
  }
}

function asyncConcerns(judged: Judged, callbacks: FactValue): string[] {
  const { callbackAuth, cancel, guaranteeLevel } = judged;
  const unsigned = callbackAuth === 'none' || callbackAuth === 'token';
  return [
    ...(callbacks === false ? ['No callbacks: ends are found by polling alone.'] : []),
    ...(callbacks === null ? ['Whether callbacks are sent is not stated.'] : []),
    ...(callbacks === true && unsigned
      ? ['Callbacks prove nothing by themselves: each is checked by a status query.']
      : []),
    ...(guaranteeLevel === 'L1' || guaranteeLevel === 'L2'
      ? [
          'After a lost answer it cannot be asked by our own id: the slot stays taken until the task turns up.',
        ]
      : []),
    ...(cancel === 'none' ? ['What was accepted cannot be cancelled.'] : []),
  ];
}

function retentionConcerns(seconds: FactValue): string[] {
  if (typeof seconds !== 'number') return ['How long result links live is not stated.'];
  if (seconds >= LINK_LIFE_LEAST_SECONDS) return [];
  return [`Links die after ${durationText(seconds)}: a longer outage of your storage loses clips.`];
}

function priceConcerns(judged: Judged, failedBilled: FactValue): string[] {
  const { missing, sheetStale, listPerSecondMicros: list, deliveredPerSecondMicros: delivered } = judged;
  const dearer = list !== null && delivered !== null && list > 0n ? (delivered * 100n) / list - 100n : 0n;
  return [
    ...missing,
    ...(sheetStale ? ['The price list was not reviewed for a long time.'] : []),
    ...(failedBilled === true ? ['Failed work is billed.'] : []),
    ...(failedBilled === null ? ['Whether failed work is billed is not stated.'] : []),
    ...(dearer > EXTRA_PERCENT_MOST ? [`A delivered second costs ${dearer} % more than the list says.`] : []),
  ];
}
