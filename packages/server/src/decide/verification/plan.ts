/**
 * What a verification would do for a budget: its steps in order, each with its worst case. What the budget leaves
 * nothing for, or the vendor cannot do, is said and left out. The worst case is that every clip is rendered and billed
 * at its longest, the repeated create too.
 */
import { VerificationStepKind } from '@sluice/contract';
import type { Abilities } from '../../providers/contract.ts';
import type { Probe, StepRecord } from './record.ts';

export type PlanInput = {
  budgetMicros: bigint;
  /** The cheapest first. */
  probes: readonly Probe[];
  /** Modes that cannot be tried, with the reason. */
  leftOut: readonly string[];
  steps: readonly VerificationStepKind[];
  concurrencyMost: number;
  /** What the operator set for this path; null: nothing. */
  configuredLimit: number | null;
  /** Whether the upstream is given an address to call. */
  calledBack: boolean;
  abilities: Pick<Abilities, 'clientKey' | 'cancel' | 'slotModel'>;
};

type Draft = { what: string; clips: number; micros: bigint } | { skip: string };

const NO_MONEY = 'The budget leaves nothing for it.';

/** Who is served first: the ramp takes what is left, for it is the only one that can do with less. */
const BY_NEED: readonly VerificationStepKind[] = [
  ...VerificationStepKind.options.filter((kind) => kind !== 'concurrency'),
  'concurrency',
];

export function planSteps(input: PlanInput): StepRecord[] {
  let left = input.budgetMicros;
  const steps = BY_NEED.map((kind): StepRecord => {
    const draft: Draft = input.steps.includes(kind) ? drafts[kind](input, left) : { skip: 'Not asked for.' };
    if ('micros' in draft) left -= draft.micros;
    const taken = 'skip' in draft ? { what: draft.skip, clips: 0, micros: 0n } : draft;
    return {
      kind,
      state: 'skip' in draft ? 'skipped' : 'waiting',
      what: taken.what,
      clipsMost: taken.clips,
      worstMicros: taken.micros,
      finding: null,
      figures: {},
      startedAtMs: null,
      endedAtMs: null,
    };
  });
  const { options } = VerificationStepKind;
  return steps.sort((a, b) => options.indexOf(a.kind) - options.indexOf(b.kind));
}

const drafts: Record<VerificationStepKind, (input: PlanInput, left: bigint) => Draft> = {
  credential: () => free('Asks the vendor a free question with the credential of the path.'),
  wallet: () => free('Reads what is left in the wallet, where the vendor tells it.'),
  clips: (input, left) => {
    const probes = affordable(input.probes, left);
    if (probes.length === 0) return { skip: NO_MONEY };
    const modes = probes.map(({ mode }) => mode).join(', ');
    const without = [
      ...input.leftOut,
      ...(probes.length < input.probes.length ? ['the budget ends there'] : []),
    ];
    const note = without.length === 0 ? '' : ` Left out: ${without.join('; ')}.`;
    const micros = probes.reduce((sum, probe) => sum + probe.micros, 0n);
    return { what: `Orders the shortest clip of each mode: ${modes}.${note}`, clips: probes.length, micros };
  },
  callbacks: ({ calledBack }) =>
    calledBack
      ? free('Waits for the callbacks of those clips, and checks how they are signed.')
      : { skip: 'This installation has no public address (PUBLIC_URL), so nobody can call it back.' },
  cancel: ({ abilities, probes }, left) => {
    if (abilities.cancel === 'none') return { skip: 'The vendor’s API has no cancel.' };
    const probe = probes[0];
    if (!probe || probe.micros > left) return { skip: NO_MONEY };
    return { what: 'Orders one clip and cancels it at once.', clips: 1, micros: probe.micros };
  },
  concurrency: (input, left) => {
    const probe = input.probes[0];
    const paid = probe === undefined || probe.micros === 0n ? 0n : left / probe.micros;
    const most = Math.min(input.concurrencyMost, input.configuredLimit ?? input.concurrencyMost);
    const clips = Math.min(most, Number(paid));
    if (!probe || clips < 1) return { skip: NO_MONEY };
    const stated = input.configuredLimit !== null && clips === input.configuredLimit;
    const until = stated ? `the limit set for this path, ${clips}` : `${clips}`;
    const ends =
      input.abilities.slotModel === 'queues'
        ? 'until some wait in the vendor’s queue'
        : 'until the first is refused';
    return {
      what: `Sends clips side by side ${ends}, up to ${until}.`,
      clips,
      micros: BigInt(clips) * probe.micros,
    };
  },
  duplicate_key: ({ abilities, probes }, left) => {
    if (abilities.clientKey !== 'query' && abilities.clientKey !== 'idempotent') {
      return { skip: 'The vendor knows no id of ours by which it could tell a repeat.' };
    }
    const probe = probes[0];
    if (!probe || probe.micros > left) return { skip: NO_MONEY };
    return {
      what: 'Sends one create again with its own id, once; in the worst case that is another clip.',
      clips: 1,
      micros: probe.micros,
    };
  },
  link_life: () => free('Looks at the link of one clip now and then until it is dead, for days if need be.'),
};

function free(what: string): Draft {
  return { what, clips: 0, micros: 0n };
}

function affordable(probes: readonly Probe[], budget: bigint): Probe[] {
  const taken: Probe[] = [];
  let left = budget;
  for (const probe of probes) {
    if (probe.micros > left) break;
    left -= probe.micros;
    taken.push(probe);
  }
  return taken;
}
