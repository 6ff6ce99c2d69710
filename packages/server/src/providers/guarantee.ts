/**
 * What we may promise about a lost answer on a path, computed from what its adapter declares and from
 * nothing else. The exam counts accepts in an emulator's own log and compares them with this.
 */
import type { Abilities } from './contract.ts';

export type GuaranteeLevel = 'L1' | 'L2' | 'L3' | 'L4';

export type Guarantee = {
  level: GuaranteeLevel;
  text: string;
  /** Most upstream tasks for one job when answers are lost; null: the operator chose to risk more. */
  acceptsMost: 1 | null;
  /** Whether we find out by ourselves what became of a lost submit, without a callback or a person. */
  settlesAlone: boolean;
};

type Declared = Pick<
  Abilities,
  'clientKey' | 'duplicateKeyRefused' | 'list' | 'startDeadlineSeconds' | 'lookupGraceMs'
>;

/** `lostAnswer`: what the operator chose for the path where a lost answer cannot be cleared up. */
export function guaranteeOf(abilities: Declared, lostAnswer: 'hold' | 'resubmit' = 'hold'): Guarantee {
  switch (abilities.clientKey) {
    case 'idempotent':
      return guarantee('L4', [
        'One job, one upstream task:',
        'a repeat under the same key is the same task, so after a lost answer we simply ask again.',
      ]);
    case 'query':
      return guarantee('L3', queryWords(abilities));
    case 'correlate':
      return unproven('L2', heldWords('a callback that carries our id', abilities), lostAnswer);
    case 'none':
      if (abilities.list) return unproven('L2', heldWords('the list of recent tasks', abilities), lostAnswer);
      return unproven('L1', ['nothing tells us what became of it.'], lostAnswer);
  }
}

/** Where nothing proves that a lost submit was never accepted. */
function unproven(
  level: GuaranteeLevel,
  words: readonly string[],
  lostAnswer: 'hold' | 'resubmit',
): Guarantee {
  if (lostAnswer === 'resubmit') {
    const head = 'A second upstream task is possible when an answer is lost (your choice for this path):';
    const tail =
      'When nothing has turned up by the time it must have ended, it is sent again; both are listed.';
    return { ...guarantee(level, [head, ...words, tail]), acceptsMost: null };
  }
  const tail =
    'Nothing is sent again: it holds its slot until it turns up, its task ends or a person decides.';
  return guarantee(level, ['At most one upstream task per job:', ...words, tail]);
}

function guarantee(level: GuaranteeLevel, words: readonly string[]): Guarantee {
  const settlesAlone = level === 'L3' || level === 'L4';
  return { level, text: words.join(' '), acceptsMost: 1, settlesAlone };
}

function queryWords({ lookupGraceMs, duplicateKeyRefused }: Declared): string[] {
  return [
    'One job, one upstream task: after a lost answer the upstream is asked for it by our own id first.',
    `Only after ${Math.round(lookupGraceMs / 1000)} quiet seconds without a trace is it sent again,`,
    duplicateKeyRefused
      ? 'under the same id, which the upstream refuses if the first did arrive after all.'
      : 'under the same id.',
  ];
}

function heldWords(means: string, { startDeadlineSeconds }: Declared): string[] {
  return [
    `after a lost answer we look for it through ${means}${startDeadlineSeconds === null ? '.' : ';'}`,
    ...(startDeadlineSeconds === null ? [] : [`after ${startDeadlineSeconds} s it can no longer start.`]),
  ];
}
