/**
 * What we may promise about a lost answer on a path, computed from what its adapter declares and from
 * nothing else. The exam counts accepts in an emulator's own log and compares them with this.
 */
import type { Abilities } from './contract.ts';

export type GuaranteeLevel = 'L1' | 'L2' | 'L3' | 'L4';

export type Guarantee = {
  level: GuaranteeLevel;
  text: string;
  /** Most upstream tasks for one job when answers are lost and nobody asks for a resend on hope. */
  acceptsMost: 1;
  /** Whether we find out by ourselves what became of a lost submit, without a callback or a person. */
  settlesAlone: boolean;
};

type Declared = Pick<
  Abilities,
  'clientKey' | 'duplicateKeyRefused' | 'list' | 'startDeadlineSeconds' | 'lookupGraceMs'
>;

export function guaranteeOf(abilities: Declared): Guarantee {
  switch (abilities.clientKey) {
    case 'idempotent':
      return guarantee('L4', [
        'One job, one upstream task:',
        'a repeat under the same key is the same task, so after a lost answer we simply ask again.',
      ]);
    case 'query':
      return guarantee('L3', queryWords(abilities));
    case 'correlate':
      return guarantee('L2', heldWords('a callback that carries our id', abilities));
    case 'none':
      if (abilities.list) return guarantee('L2', heldWords('the list of recent tasks', abilities));
      return guarantee('L1', [
        'At most one upstream task per job:',
        'after a lost answer nothing is sent again, and a person decides.',
      ]);
  }
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
    'At most one known upstream task per job:',
    `after a lost answer we look for it through ${means},`,
    startDeadlineSeconds === null
      ? 'and a person decides when nothing turns up.'
      : `and its start deadline of ${startDeadlineSeconds} s ends the doubt.`,
  ];
}
